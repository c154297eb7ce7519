//! Where is the next page?

/// Reads the address marked `rel="next"` from a `Link` header.
pub fn next(header: &str) -> Option<&str> {
    let mut rest = header;
    while let Some((_, link)) = rest.split_once('<') {
        let (address, after) = link.split_once('>')?;
        // Parameters end where the next link begins; addresses may hold commas, parameters do not.
        let parameters = after.split('<').next().unwrap_or(after);
        let is_next = parameters.split([';', ',']).any(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let mut relations = value.trim().trim_matches('"').split_ascii_whitespace();
            name.trim().eq_ignore_ascii_case("rel") && relations.any(|rel| rel.eq_ignore_ascii_case("next"))
        });
        if is_next {
            return Some(address);
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_address_marked_next_is_found_among_others() {
        let address = "https://hub/api/models?limit=2&cursor=a,b%3D";
        assert_eq!(next(&format!("<{address}>; rel=\"next\"")), Some(address));
        assert_eq!(next(&format!("<https://hub/first>; rel=first, <{address}>; rel=next")), Some(address));
        assert_eq!(next(&format!("<{address}>;title=x; REL=\"last next\"")), Some(address));
    }

    #[test]
    fn without_such_a_mark_there_is_no_next_page() {
        for header in
            ["", "<a>", "<a>; rel=\"prev\"", "<a; rel=\"next\"", "rel=\"next\"", "<a>; title=\"next\""]
        {
            assert_eq!(next(header), None, "{header}");
        }
    }

    proptest! {
        #[test]
        fn what_is_found_stood_between_brackets(header in "([<>;, =\"]|rel|next|\\PC){0,60}") {
            if let Some(address) = next(&header) {
                let bracketed = format!("<{address}>");
                prop_assert!(header.contains(&bracketed));
            }
        }
    }
}
