//! Which addresses the host connects to for a plugin. Shared by `http` and
//! `mail`, so that there is one truth.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Where an address leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The public Internet.
    Public,
    /// A network that the operator opens for this practice.
    Opened,
    /// Neither: this machine, its neighbours, or a form that hides them.
    Denied,
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

/// IANA IPv4 special-purpose address registry (RFC 6890), multicast, reserved
/// space, and the one cloud metadata service outside of them.
const DENIED_V4: [Ipv4Net; 17] = [
    v4(0, 0, 0, 0, 8),
    v4(10, 0, 0, 0, 8),
    v4(100, 64, 0, 0, 10),
    v4(127, 0, 0, 0, 8),
    v4(168, 63, 129, 16, 32),
    v4(169, 254, 0, 0, 16),
    v4(172, 16, 0, 0, 12),
    v4(192, 0, 0, 0, 24),
    v4(192, 0, 2, 0, 24),
    v4(192, 52, 193, 0, 24),
    v4(192, 88, 99, 0, 24),
    v4(192, 168, 0, 0, 16),
    v4(198, 18, 0, 0, 15),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    v4(224, 0, 0, 0, 4),
    v4(240, 0, 0, 0, 4),
];

const fn v6(segments: [u16; 8], prefix: u8) -> Ipv6Net {
    let [a, b, c, d, e, f, g, h] = segments;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), prefix)
}

/// The only space from which global unicast addresses are given out. Loopback,
/// unique local, link and site local, multicast, IPv4-mapped and -compatible
/// forms and both NAT64 prefixes (RFC 6052, RFC 8215) lie outside.
const GLOBAL_V6: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

/// What inside of it is not the public Internet: protocol assignments with
/// Teredo and ORCHID, documentation (RFC 3849, RFC 9637), 6to4.
const DENIED_V6: [Ipv6Net; 4] = [
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23),
    v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),
    v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16),
    v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),
];

/// Says where an address leads. An IPv4-mapped address leads where its IPv4
/// address does; every other embedding of one is denied, unless the network of
/// its IPv6 form is opened.
pub(crate) fn reach(address: IpAddr, opened: &[IpNet]) -> Reach {
    let address = address.to_canonical();
    if opened.iter().any(|network| network.contains(&address)) {
        return Reach::Opened;
    }
    let public = match address {
        IpAddr::V4(address) => !DENIED_V4.iter().any(|network| network.contains(&address)),
        IpAddr::V6(address) => {
            GLOBAL_V6.contains(&address)
                && !DENIED_V6.iter().any(|network| network.contains(&address))
                && !is_isatap(address)
        }
    };
    if public { Reach::Public } else { Reach::Denied }
}

/// RFC 5214: the last 64 bits are `0000:5efe` or `0200:5efe` and an IPv4
/// address.
fn is_isatap(address: Ipv6Addr) -> bool {
    let [_, _, _, _, high, low, _, _] = address.segments();
    high & !0x0200 == 0 && low == 0x5efe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str, opened: &[&str]) -> Reach {
        let opened: Vec<IpNet> = opened.iter().map(|network| network.parse().expect(network)).collect();
        reach(address.parse().expect(address), &opened)
    }

    #[test]
    fn public_addresses_are_reached() {
        for address in ["1.1.1.1", "8.8.8.8", "2.0.0.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a01:cb00::1"]
        {
            assert_eq!(of(address, &[]), Reach::Public, "{address}");
        }
    }

    #[test]
    fn every_special_range_is_denied_to_its_last_address() {
        for address in [
            "0.0.0.0",
            "0.255.255.255",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::10.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:0:127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::8.8.8.8",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:10::1",
            "2001:2::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fdff::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "ff0e::1",
            "2a01:cb00::5efe:10.0.0.1",
            "2a01:cb00::200:5efe:7f00:1",
            "4000::1",
        ] {
            assert_eq!(of(address, &[]), Reach::Denied, "{address}");
        }
    }

    #[test]
    fn an_opened_network_opens_itself_and_nothing_beside_it() {
        assert_eq!(of("127.0.0.1", &["127.0.0.0/8"]), Reach::Opened);
        assert_eq!(of("::ffff:127.0.0.1", &["127.0.0.0/8"]), Reach::Opened);
        assert_eq!(of("10.1.2.3", &["10.1.2.0/24"]), Reach::Opened);
        assert_eq!(of("10.1.3.3", &["10.1.2.0/24"]), Reach::Denied);
        assert_eq!(of("::1", &["127.0.0.0/8"]), Reach::Denied);
        assert_eq!(of("64:ff9b::10.1.2.3", &["10.1.2.0/24"]), Reach::Denied);
    }
}
