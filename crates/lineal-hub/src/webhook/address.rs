//! Is an address one that anybody on the internet can reach?
//!
//! By the registries of special addresses (RFC 6890 and after). An IPv6 address that stands for an
//! IPv4 one is what that one is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Special IPv4 addresses: a prefix and its length.
const SPECIAL_V4: [(Ipv4Addr, u32); 15] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),       // this network
    (Ipv4Addr::new(10, 0, 0, 0), 8),      // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),   // shared, behind a carrier
    (Ipv4Addr::new(127, 0, 0, 0), 8),     // this machine
    (Ipv4Addr::new(169, 254, 0, 0), 16),  // link-local; what clouds tell their machines
    (Ipv4Addr::new(172, 16, 0, 0), 12),   // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),    // protocol assignments
    (Ipv4Addr::new(192, 0, 2, 0), 24),    // documentation
    (Ipv4Addr::new(192, 88, 99, 0), 24),  // relays to IPv6, no longer used
    (Ipv4Addr::new(192, 168, 0, 0), 16),  // private
    (Ipv4Addr::new(198, 18, 0, 0), 15),   // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24), // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),  // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4),     // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4),     // reserved, broadcast
];

/// Special addresses among the global ones of IPv6.
const SPECIAL_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // protocol assignments, Teredo among them
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
    (Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48), // another name system's
];

/// What all global addresses of IPv6 begin with.
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
/// How a translator writes an IPv4 address (RFC 6052).
const TRANSLATED: (Ipv6Addr, u32) = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);
/// How 6to4 writes one, after its first two bytes.
const SIX_TO_FOUR: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16);

/// Whether an address belongs to no special range: not to this machine, not to a private network,
/// not to documentation.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|range| is_in_v4(address, *range)),
        IpAddr::V6(address) => match embedded(address) {
            Some(address) => is_public(address.into()),
            None => is_in_v6(address, GLOBAL_V6) && !SPECIAL_V6.iter().any(|range| is_in_v6(address, *range)),
        },
    }
}

/// The IPv4 address that an IPv6 address stands for.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let bytes = address.octets();
    let at = |place: usize| Ipv4Addr::new(bytes[place], bytes[place + 1], bytes[place + 2], bytes[place + 3]);
    let mapped = address.to_ipv4_mapped();
    let translated = || is_in_v6(address, TRANSLATED).then(|| at(12));
    let six_to_four = || is_in_v6(address, SIX_TO_FOUR).then(|| at(2));
    mapped.or_else(translated).or_else(six_to_four)
}

fn is_in_v4(address: Ipv4Addr, (prefix, length): (Ipv4Addr, u32)) -> bool {
    (address.to_bits() ^ prefix.to_bits()).leading_zeros() >= length
}

fn is_in_v6(address: Ipv6Addr, (prefix, length): (Ipv6Addr, u32)) -> bool {
    (address.to_bits() ^ prefix.to_bits()).leading_zeros() >= length
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(public: bool, addresses: &[&str]) {
        for address in addresses {
            let parsed: IpAddr = address.parse().expect("an address");
            assert_eq!(is_public(parsed), public, "{address}");
        }
    }

    #[test]
    fn only_what_anybody_can_reach_is_public() {
        check(true, &["1.1.1.1", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "169.253.0.1"]);
        check(true, &["2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "2002:101:101::1"]);
        check(false, &["127.0.0.1", "127.255.0.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255"]);
        check(false, &["192.168.0.1", "169.254.169.254", "100.64.0.1", "100.127.255.255", "198.19.0.1"]);
        check(false, &["224.0.0.1", "255.255.255.255", "192.0.2.1", "240.0.0.1", "192.0.0.8"]);
        check(
            false,
            &["::", "::1", "::127.0.0.1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1"],
        );
        check(
            false,
            &["::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::"],
        );
        check(false, &["2001:db8::1", "2001::1", "3fff::1", "100::1", "4000::1"]);
    }

    proptest! {
        #[test]
        fn an_address_is_what_the_one_it_stands_for_is(bits: u32) {
            let plain = Ipv4Addr::from_bits(bits);
            let expected = is_public(plain.into());
            prop_assert_eq!(is_public(plain.to_ipv6_mapped().into()), expected);
            let translated = Ipv6Addr::from_bits(TRANSLATED.0.to_bits() | u128::from(bits));
            prop_assert_eq!(is_public(translated.into()), expected);
            // The standard library knows no more private ranges than we do.
            let known = plain.is_private() || plain.is_loopback() || plain.is_link_local()
                || plain.is_multicast() || plain.is_broadcast() || plain.is_unspecified()
                || plain.is_documentation();
            prop_assert!(!(known && expected));
        }
    }
}
