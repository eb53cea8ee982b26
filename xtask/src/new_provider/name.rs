//! A provider's name in each way of writing it.

use crate::error::{Error, Result};
use crate::guide::blocks::GuideFile;
use crate::source::has_word;

/// The suite takes no longer id.
const LONGEST: usize = 32;

/// A name that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// `north-wind`: the id, and the end of the package's name.
    pub(super) kebab: String,
    /// `NorthWind`: the type.
    pub(super) pascal: String,
}

impl Name {
    pub(super) fn parse(name: &str) -> Result<Self> {
        let plain = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let starts = name.starts_with(|first: char| first.is_ascii_lowercase());
        if name.len() > LONGEST || !starts || !name.split('-').all(plain) {
            return Err(Error::failed(format!(
                "`{name}` cannot be a provider's name: at most {LONGEST} lower-case letters and digits, words joined by \
                 `-`, a letter first, as in `north-wind`"
            )));
        }
        if name.starts_with("vlm-") {
            return Err(Error::failed(format!("`{name}`: leave `vlm-` out, it is added")));
        }
        let capital = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
        Ok(Self { kebab: name.to_owned(), pascal: name.split('-').map(capital).collect() })
    }

    /// A name whose type the files use already would not compile.
    pub(super) fn check_against(&self, files: &[GuideFile]) -> Result<()> {
        let taken = |file: &GuideFile| file.path.ends_with(".rs") && has_word(&file.text, &self.pascal);
        match self.pascal != "Acme" && files.iter().any(taken) {
            true => Err(Error::failed(format!(
                "`{}` stands for something else in the crate: choose a longer name, such as `{}-vision`",
                self.pascal, self.kebab
            ))),
            false => Ok(()),
        }
    }

    pub(super) fn package(&self) -> String {
        format!("vlm-{}", self.kebab)
    }

    /// A text about Acme, about this provider.
    pub(super) fn put_into(&self, text: &str) -> String {
        let snake = self.kebab.replace('-', "_");
        text.replace("vlm_acme", &format!("vlm_{snake}"))
            .replace("ACME", &snake.to_ascii_uppercase())
            .replace("Acme", &self.pascal)
            .replace("acme", &self.kebab)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_of_writing_has_its_place() {
        let name = Name::parse("north-wind2").expect("a name");
        let text = name.put_into("vlm-acme vlm_acme::Acme AcmeBuilder ACME_API_KEY \"acme\" api.acme.example");
        let expected = "vlm-north-wind2 vlm_north_wind2::NorthWind2 NorthWind2Builder NORTH_WIND2_API_KEY \
                        \"north-wind2\" api.north-wind2.example";
        assert_eq!(text, expected);
    }

    #[test]
    fn names_that_cannot_be_are_refused_with_a_reason() {
        let long = "a".repeat(LONGEST + 1);
        for name in ["", "Acme", "my_cloud", "-a", "a-", "a--b", "1st", "../a", "a b", "ü", &long] {
            let error = Name::parse(name).expect_err(name).to_string();
            assert!(error.contains("lower-case letters"), "{error}");
        }
        assert!(Name::parse("vlm-acme").expect_err("a prefix").to_string().contains("leave `vlm-` out"));
    }

    #[test]
    fn a_type_that_the_files_use_is_refused() {
        let files = [GuideFile { path: "src/a.rs".to_owned(), text: "use vlm_core::Error;".to_owned() }];
        let check = |name: &str| Name::parse(name).expect("a name").check_against(&files);
        assert!(check("error").expect_err("taken").to_string().contains("`error-vision`"));
        assert!(check("err").is_ok() && check("acme").is_ok());
    }
}
