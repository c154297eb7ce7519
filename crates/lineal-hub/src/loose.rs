//! What was found where a field of some type was expected?
//!
//! The Hub's fields have changed their types over the years, and a card holds whatever its author
//! wrote. A wrong type must cost one field, never the record, so every field is read as a
//! [`Loose`], and a type says by implementing [`Shape`] which JSON it can be made from.

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::{borrow::Cow, fmt, marker::PhantomData};

/// A field's value, if there is one of the expected type.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Loose<T> {
    /// Not there, or null.
    #[default]
    Missing,
    /// Of another type; says what it is.
    Wrong(&'static str),
    Held(T),
}

impl<T> Loose<T> {
    pub fn is_held(&self) -> bool {
        matches!(self, Loose::Held(_))
    }

    pub fn map<U>(self, map: impl FnOnce(T) -> U) -> Loose<U> {
        match self {
            Loose::Missing => Loose::Missing,
            Loose::Wrong(what) => Loose::Wrong(what),
            Loose::Held(value) => Loose::Held(map(value)),
        }
    }
}

/// A number as JSON writes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    Whole(u64),
    Negative(i64),
    Fraction(f64),
}

/// A type that some kinds of JSON can be turned into. What it does not say is wrong for it.
pub trait Shape<'de>: Sized {
    fn from_bool(_: bool) -> Loose<Self> {
        Loose::Wrong("a boolean")
    }

    fn from_number(_: Number) -> Loose<Self> {
        Loose::Wrong("a number")
    }

    fn from_text(_: Cow<'de, str>) -> Loose<Self> {
        Loose::Wrong("text")
    }

    fn from_list<A: SeqAccess<'de>>(mut list: A) -> Result<Loose<Self>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Loose::Wrong("a list"))
    }

    fn from_object<A: MapAccess<'de>>(mut object: A) -> Result<Loose<Self>, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Loose::Wrong("an object"))
    }
}

impl<'de, T: Shape<'de>> Deserialize<'de> for Loose<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Loose<T>, D::Error> {
        deserializer.deserialize_any(LooseVisitor(PhantomData))
    }
}

struct LooseVisitor<T>(PhantomData<T>);

impl<'de, T: Shape<'de>> Visitor<'de> for LooseVisitor<T> {
    type Value = Loose<T>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Loose<T>, E> {
        Ok(Loose::Missing)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Loose<T>, E> {
        Ok(T::from_bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Loose<T>, E> {
        Ok(T::from_number(Number::Whole(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Loose<T>, E> {
        let number = u64::try_from(value).map_or(Number::Negative(value), Number::Whole);
        Ok(T::from_number(number))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Loose<T>, E> {
        Ok(T::from_number(Number::Fraction(value)))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Loose<T>, E> {
        Ok(T::from_text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Loose<T>, E> {
        Ok(T::from_text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Loose<T>, A::Error> {
        T::from_list(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Loose<T>, A::Error> {
        T::from_object(object)
    }
}

impl<'de> Shape<'de> for bool {
    fn from_bool(value: bool) -> Loose<bool> {
        Loose::Held(value)
    }
}

/// Texts that hold nothing are missing.
impl<'de> Shape<'de> for Cow<'de, str> {
    fn from_text(text: Cow<'de, str>) -> Loose<Self> {
        if text.is_empty() { Loose::Missing } else { Loose::Held(text) }
    }
}

impl<'de> Shape<'de> for String {
    fn from_text(text: Cow<'de, str>) -> Loose<Self> {
        Cow::from_text(text).map(Cow::into_owned)
    }
}

/// Counts are whole numbers, also where a tool wrote them as `12.0` or `"12"`.
impl<'de> Shape<'de> for u64 {
    fn from_number(number: Number) -> Loose<u64> {
        match number {
            Number::Whole(count) => Loose::Held(count),
            Number::Negative(_) => Loose::Wrong("a negative number"),
            Number::Fraction(value) if value.fract() == 0.0 && (0.0..u64::MAX as f64).contains(&value) => {
                Loose::Held(value as u64)
            }
            Number::Fraction(_) => Loose::Wrong("a fraction"),
        }
    }

    fn from_text(text: Cow<'de, str>) -> Loose<u64> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let count = text.parse().ok().filter(|_| digits);
        count.map_or(Loose::Wrong("text"), Loose::Held)
    }
}

/// A list, of which the elements of a wrong type are left out.
#[derive(Clone, Debug, PartialEq)]
pub struct List<T> {
    pub items: Vec<T>,
    /// What the last element left out is.
    pub wrong: Option<&'static str>,
}

impl<T> Default for List<T> {
    fn default() -> List<T> {
        List { items: Vec::new(), wrong: None }
    }
}

impl<'de, T: Shape<'de>> Shape<'de> for List<T> {
    fn from_list<A: SeqAccess<'de>>(mut list: A) -> Result<Loose<Self>, A::Error> {
        let mut items = Vec::with_capacity(list.size_hint().unwrap_or(0).min(64));
        let mut wrong = None;
        while let Some(element) = list.next_element()? {
            match element {
                Loose::Missing => {}
                Loose::Wrong(what) => wrong = Some(what),
                Loose::Held(item) => items.push(item),
            }
        }
        Ok(Loose::Held(List { items, wrong }))
    }
}

/// A list, or the one text it would hold, as cards are written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OneOrMore(pub List<String>);

impl<'de> Shape<'de> for OneOrMore {
    fn from_text(text: Cow<'de, str>) -> Loose<Self> {
        String::from_text(text).map(|text| OneOrMore(List { items: vec![text], wrong: None }))
    }

    fn from_list<A: SeqAccess<'de>>(list: A) -> Result<Loose<Self>, A::Error> {
        Ok(List::from_list(list)?.map(OneOrMore))
    }
}

/// An object with named fields, read from any of its keys in any order.
pub trait Object<'de>: Sized {
    fn from_entries<A: MapAccess<'de>>(entries: A) -> Result<Self, A::Error>;
}

/// An object, or a text that holds its JSON, as table dumps have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Nested<T>(pub T);

impl<'de, T: for<'a> Object<'a>> Shape<'de> for Nested<T> {
    fn from_text(text: Cow<'de, str>) -> Loose<Self> {
        if text.trim().is_empty() {
            return Loose::Missing;
        }
        serde_json::from_str(&text).unwrap_or(Loose::Wrong("text that is not JSON"))
    }

    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Loose<Self>, A::Error> {
        T::from_entries(object).map(|object| Loose::Held(Nested(object)))
    }
}

/// A key, borrowed where it is written plainly.
pub struct Key<'de>(pub Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Key<'de>, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Borrowed(key)))
    }

    fn visit_str<E>(self, key: &str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Owned(key.to_owned())))
    }
}
