//! A line scanner for Rust sources: code without comments and literals, which lines are tests, which functions a
//! line is in.
//!
//! It is no parser. It knows comments, string and character literals, braces, `fn` names and `#[cfg(test)]`, which is
//! enough to look for words that must not stand somewhere.

/// One line of a source file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// Counted from one.
    pub(crate) number: usize,
    /// The line with comments and the contents of literals replaced by spaces.
    pub(crate) code: String,
    /// Below `#[cfg(test)]`.
    pub(crate) test: bool,
    /// The functions around the line, outermost first.
    pub(crate) functions: Vec<String>,
}

/// A scanned file.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) lines: Vec<Line>,
    /// Names of modules in files of their own that are declared below `#[cfg(test)]`.
    pub(crate) test_modules: Vec<String>,
}

impl Source {
    pub(crate) fn scan(text: &str) -> Self {
        Scanner::default().scan(&blank(text))
    }
}

/// Whether the code has this path or macro call as whole words: `env::var` is not in `env::variable`.
pub(crate) fn has_word(code: &str, word: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        !before.is_some_and(is_name) && (word.ends_with('!') || !after.is_some_and(is_name))
    })
}

/// The text with comments and the contents of literals replaced by spaces; line breaks stay.
fn blank(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out: Vec<char> = Vec::with_capacity(chars.len());
    let at = |index: usize| chars.get(index).copied();
    let mut i = 0;
    while let Some(c) = at(i) {
        let after_name = i > 0 && at(i - 1).is_some_and(|c| c.is_alphanumeric() || c == '_');
        let end = match c {
            '/' if at(i + 1) == Some('/') => line_end(&chars, i),
            '/' if at(i + 1) == Some('*') => block_comment_end(&chars, i),
            '"' => string_end(&chars, i + 1),
            '\'' => char_end(&chars, i).unwrap_or(i),
            'r' if !after_name || matches!(at(i.wrapping_sub(1)), Some('b' | 'c')) => {
                raw_string_end(&chars, i).unwrap_or(i)
            }
            _ => i,
        };
        if end == i {
            out.push(c);
            i += 1;
        } else {
            out.extend(chars[i..end].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
            i = end;
        }
    }
    out.into_iter().collect()
}

fn line_end(chars: &[char], from: usize) -> usize {
    chars[from..].iter().position(|&c| c == '\n').map_or(chars.len(), |length| from + length)
}

fn block_comment_end(chars: &[char], from: usize) -> usize {
    let mut depth = 0_usize;
    let mut i = from;
    while i < chars.len() {
        match (chars[i], chars.get(i + 1)) {
            ('/', Some('*')) => {
                depth += 1;
                i += 2;
            }
            ('*', Some('/')) => {
                depth -= 1;
                i += 2;
                if depth == 0 {
                    return i;
                }
            }
            _ => i += 1,
        }
    }
    chars.len()
}

/// The end of a string whose contents begin at `from`.
fn string_end(chars: &[char], from: usize) -> usize {
    let mut i = from;
    while i < chars.len() {
        match chars[i] {
            '\\' => i += 2,
            '"' => return i + 1,
            _ => i += 1,
        }
    }
    chars.len()
}

/// The end of a character literal; nothing if the quote begins a lifetime or a label.
fn char_end(chars: &[char], from: usize) -> Option<usize> {
    if chars.get(from + 1) == Some(&'\\') {
        let close = chars.iter().skip(from + 3).position(|&c| c == '\'')?;
        return Some(from + 3 + close + 1);
    }
    (chars.get(from + 2) == Some(&'\'')).then_some(from + 3)
}

/// The end of a raw string that begins with the `r` at `from`; nothing if none does.
fn raw_string_end(chars: &[char], from: usize) -> Option<usize> {
    let hashes = chars[from + 1..].iter().take_while(|&&c| c == '#').count();
    let open = from + 1 + hashes;
    if chars.get(open) != Some(&'"') {
        return None;
    }
    let closes = |i: usize| chars[i] == '"' && chars[i + 1..].iter().take_while(|&&c| c == '#').count() >= hashes;
    let close = (open + 1..chars.len()).find(|&i| closes(i));
    Some(close.map_or(chars.len(), |close| close + 1 + hashes))
}

#[derive(Debug)]
enum Scope {
    Function(String),
    Test,
    Other,
}

/// Follows braces through blanked code.
#[derive(Debug, Default)]
struct Scanner {
    scopes: Vec<Scope>,
    /// Depth of round and square brackets.
    brackets: usize,
    /// A function's name was read, its body was not.
    function: Option<String>,
    /// `#[cfg(test)]` was read, the item it belongs to was not.
    test: bool,
    whole_file: bool,
    /// The last two names read.
    names: [String; 2],
    test_modules: Vec<String>,
}

impl Scanner {
    fn scan(mut self, blanked: &str) -> Source {
        let mut lines = Vec::new();
        let mut attribute: Option<(usize, String)> = None;
        for (index, code) in blanked.lines().enumerate() {
            let mut line = Line { number: index + 1, code: code.to_owned(), test: false, functions: Vec::new() };
            self.note(&mut line);
            let mut name = String::new();
            let mut previous = '\0';
            for c in code.chars().chain(['\n']) {
                if let Some((depth, content)) = &mut attribute {
                    match c {
                        '[' => *depth += 1,
                        ']' => *depth -= 1,
                        _ => {}
                    }
                    if *depth == 0 {
                        let content = std::mem::take(content);
                        attribute = None;
                        self.attribute(&content);
                    } else if !c.is_whitespace() {
                        content.push(c);
                    }
                } else if c == '[' && (previous == '#' || previous == '!' && code.contains("#![")) {
                    attribute = Some((1, if previous == '!' { "!".to_owned() } else { String::new() }));
                } else if c.is_alphanumeric() || c == '_' {
                    name.push(c);
                } else {
                    if !name.is_empty() {
                        self.name(std::mem::take(&mut name));
                    }
                    self.sign(c);
                    self.note(&mut line);
                }
                previous = c;
            }
            self.note(&mut line);
            lines.push(line);
        }
        Source { lines, test_modules: self.test_modules }
    }

    /// Adds to a line what surrounds it at this point.
    fn note(&self, line: &mut Line) {
        line.test |= self.whole_file || self.test || self.scopes.iter().any(|scope| matches!(scope, Scope::Test));
        for scope in &self.scopes {
            if let Scope::Function(name) = scope
                && !line.functions.contains(name)
            {
                line.functions.push(name.clone());
            }
        }
    }

    /// An attribute's content without spaces; an inner one begins with `!`.
    fn attribute(&mut self, content: &str) {
        let (inner, content) = content.strip_prefix('!').map_or((false, content), |rest| (true, rest));
        if content == "cfg(test)" || content.starts_with("cfg(all(test,") {
            if inner && self.scopes.is_empty() {
                self.whole_file = true;
            } else {
                self.test = true;
            }
        }
    }

    fn name(&mut self, name: String) {
        if self.names[1] == "fn" {
            self.function = Some(name.clone());
        }
        self.names = [std::mem::take(&mut self.names[1]), name];
    }

    fn sign(&mut self, c: char) {
        match c {
            '(' | '[' => {
                self.brackets += 1;
                // `fn(` is a type, not the start of a name.
                if self.names[1] == "fn" {
                    self.names[1].clear();
                }
            }
            ')' | ']' => self.brackets = self.brackets.saturating_sub(1),
            '{' => {
                let scope = match (self.test, self.function.take()) {
                    (true, _) => Scope::Test,
                    (false, Some(name)) => Scope::Function(name),
                    (false, None) => Scope::Other,
                };
                self.test = false;
                self.scopes.push(scope);
            }
            '}' => {
                self.scopes.pop();
                self.test = false;
                self.function = None;
            }
            ';' if self.brackets == 0 => {
                if self.test && self.names[0] == "mod" {
                    self.test_modules.push(self.names[1].clone());
                }
                self.test = false;
                self.function = None;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<String> {
        Source::scan(text).lines.into_iter().map(|line| line.code.trim_end().to_owned()).collect()
    }

    #[test]
    fn comments_and_literals_are_blanked() {
        assert_eq!(codes("a(); // println!()"), ["a();"]);
        assert_eq!(codes("a /* b /* c */ d */ e"), ["a                   e"]);
        assert_eq!(codes("/* one\ntwo */ x"), ["", "       x"]);
        assert_eq!(codes(r#"f("dbg!(\" ", 'x', '\'', '"', b'"', y)"#), ["f(          ,    ,     ,    , b   , y)"]);
        assert_eq!(codes("r#\"a \" b\"# + br\"c\" + r#type"), ["           + b     + r#type"]);
        assert_eq!(codes("fn f<'a>(x: &'a str) -> &'a str {}"), ["fn f<'a>(x: &'a str) -> &'a str {}"]);
        assert_eq!(codes("let a = \"one\ntwo\"; b"), ["let a =", "    ; b"]);
    }

    #[test]
    fn words_are_whole() {
        assert!(has_word("std::env::var(\"A\")", "env::var"));
        assert!(!has_word("env::variable", "env::var"));
        assert!(!has_word("my_env::var", "env::var"));
        assert!(has_word("println!(1)", "println!"));
        assert!(!has_word("eprintln!(1)", "println!"));
        assert!(has_word("{eprintln!{}}", "eprintln!"));
    }

    #[test]
    fn functions_around_a_line_are_known() {
        let source = Source::scan(
            "fn one() {\n  x\n}\nfn two(f: fn(u8) -> u8, a: [u8; 2]) where A: B {\n  fn three() { y }\n  z\n}\n\
             trait T { fn four(); }\nfn five() { e }\nstatic S: u8 = { s };",
        );
        let functions = |number: usize| source.lines[number - 1].functions.join(" ");
        assert_eq!(functions(2), "one");
        assert_eq!(functions(5), "two three");
        assert_eq!(functions(6), "two");
        assert_eq!(functions(8), "");
        assert_eq!(functions(9), "five");
        assert_eq!(functions(10), "");
    }

    #[test]
    fn test_code_is_known() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n  #[test]\n  fn b() { c }\n}\nfn d() {}\n\
                    #[cfg(test)]\n#[path = \"x\"]\nmod apart;\nfn e() {}\n#[cfg(all(test, unix))]\nfn f() { g }\nh";
        let source = Source::scan(text);
        let tests: Vec<usize> = source.lines.iter().filter(|line| line.test).map(|line| line.number).collect();
        assert_eq!(tests, [2, 3, 4, 5, 6, 8, 9, 10, 12, 13]);
        assert_eq!(source.test_modules, ["apart"]);
    }

    #[test]
    fn a_whole_file_can_be_a_test() {
        assert!(Source::scan("#![cfg(test)]\nfn a() {}\n").lines[1].test);
        assert!(!Source::scan("#![cfg(unix)]\nfn a() {}\n").lines[1].test);
    }

    #[test]
    fn feature_gates_are_no_tests() {
        assert!(!Source::scan("#[cfg(feature = \"test\")]\nfn a() {}\n").lines[1].test);
        assert!(!Source::scan("#[cfg(not(test))]\nfn a() {}\n").lines[1].test);
    }
}
