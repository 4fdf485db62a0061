//! The names of memory models on the command line.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use emulator::model::Model;

/// Reads the name of a model.
pub fn model() -> impl TypedValueParser<Value = Model> {
    PossibleValuesParser::new(Model::ALL.map(Model::name)).map(|name| {
        let mut all = Model::ALL.into_iter();
        all.find(|model| model.name() == name)
            .expect("one of the names")
    })
}
