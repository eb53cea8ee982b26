//! What a command may spend, by which prices, and where it is recorded.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use vlm_core::{Currency, Money, PriceList, VisionProvider};
use vlm_layers::{Budget, Budgeted, Limit};

use crate::args::{PriceArgs, SpendArgs};
use crate::environment::variable;
use crate::exit::Failure;
use crate::{input, registry};

const LEDGER_VARIABLE: &str = "VLM_LEDGER";

/// What the flags and the environment say about money.
#[derive(Debug)]
pub(crate) struct Spending {
    /// Those of the user alone.
    pub(crate) prices: PriceList,
    max_cost: Option<Money>,
    tag: Option<String>,
    ledger: Option<PathBuf>,
}

impl Spending {
    /// Reads the price list, if one is named. Calls to the emulator are recorded only where the flags name a file.
    pub(crate) fn read(args: &SpendArgs, offline: bool) -> Result<Self, Failure> {
        let usual = || if offline || args.no_ledger { None } else { usual_ledger() };
        Ok(Self {
            prices: prices(&args.prices)?,
            max_cost: args.max_cost,
            tag: args.tag.clone(),
            ledger: args.ledger.clone().or_else(usual),
        })
    }

    /// Puts the service behind a budget of this command. The limit is in the currency of the model's prices.
    pub(crate) fn limit(
        &self,
        provider: Arc<dyn VisionProvider>,
        model: &str,
    ) -> Result<Budgeted<Arc<dyn VisionProvider>>, Failure> {
        let capabilities = provider.capabilities(model).ok();
        let currency = capabilities.and_then(|model| model.price).map_or(Currency::USD, |price| price.currency());
        let mut builder = Budget::builder().currency(currency);
        if let Some(most) = self.max_cost {
            builder = builder.limit(Limit::run().money(most));
        }
        if let Some(path) = &self.ledger {
            builder = builder.ledger(path);
        }
        let provider = builder.build().map_err(Failure::call)?.wrap(provider);
        Ok(match &self.tag {
            Some(tag) => provider.with_tag(tag.clone()),
            None => provider,
        })
    }
}

/// The prices of the user, which stand in front of the built-in ones.
pub(crate) fn prices(args: &PriceArgs) -> Result<PriceList, Failure> {
    let Some(path) = &args.prices else { return Ok(PriceList::default()) };
    let hint = "`vlm models --help` shows the form of a price list";
    let own = PriceList::from_json(&input::prices(path)?);
    let own = own.map_err(|error| Failure::setup(format!("{}: {error}", path.display()), hint))?;
    let known: Vec<String> = registry::all().iter().flat_map(|backend| backend.price_groups()).collect();
    if let Some((group, model, _)) = own.iter().find(|(group, _, _)| !known.iter().any(|known| known == group)) {
        let message = format!("{}: price of `{model}`: `{group}` is none of {}", path.display(), known.join(", "));
        return Err(Failure::setup(message, hint));
    }
    Ok(own)
}

/// Where calls are recorded unless the flags say otherwise: as the environment says, else in the user's own folder for
/// the state of programs. `None` where the system names no such folder.
pub(crate) fn usual_ledger() -> Option<PathBuf> {
    let folder = |name: &str, below: &str| variable(name).map(|base| Path::new(&base).join(below));
    variable(LEDGER_VARIABLE).map(PathBuf::from).or_else(|| {
        let state = folder("XDG_STATE_HOME", "").or_else(|| folder("LOCALAPPDATA", ""));
        let state = state.or_else(|| folder("HOME", ".local/state"))?;
        Some(state.join("vlm").join("ledger"))
    })
}
