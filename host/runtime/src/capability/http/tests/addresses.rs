//! Where requests cannot go (server-side request forgery).

use super::server::Server;
use super::*;

/// Hosts that are, or are spelt to hide, an address that nobody may reach. Each
/// is granted as it stands, so that only the address filter is in the way.
const SPELT_ADDRESSES: [&str; 58] = [
    // Loopback, private, shared, link-local, metadata, reserved.
    "127.0.0.1",
    "127.0.0.2",
    "127.255.255.254",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "169.254.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "168.63.129.16",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "192.88.99.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "0.0.0.0",
    "0.0.0.1",
    // The same in shorter, octal, decimal, hexadecimal and dotted forms.
    "127.1",
    "127.0.1",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "0x7f000001",
    "2130706433",
    "017700000001",
    "0x7f.1",
    "0",
    "00",
    "127.0.0.1.",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "10.1",
    "0300.0250.1",
    "3232235777",
    // IPv6, and IPv4 inside of it.
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:a9fe:a9fe]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
    "[fe80::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
];

/// What a harmless name may be made to resolve to.
const RESOLVED_ADDRESSES: [&str; 16] = [
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "168.63.129.16",
    "::1",
    "::",
    "::ffff:10.0.0.1",
    "fd00:ec2::254",
    "fe80::1",
    "64:ff9b::a00:1",
    "2002:a00:1::",
];

#[tokio::test]
async fn no_spelling_of_a_forbidden_address_is_reached() {
    let egress = Egress::new(Arc::new(Names::default()));
    for host in SPELT_ADDRESSES {
        for scheme in ["https", "http"] {
            let origin = format!("{scheme}://{host}:8443");
            let bound = Arc::new(granting(&[&origin], &[]));
            let answer = send(&egress, &bound, get(&format!("{origin}/"))).await;
            assert!(matches!(answer, Err(Error::DestinationIpProhibited)), "{origin}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn no_name_leads_to_a_forbidden_address() {
    for address in RESOLVED_ADDRESSES {
        let egress = Egress::new(Names::answering("dav.example", &[&[address]]));
        for scheme in ["https", "http"] {
            let origin = format!("{scheme}://dav.example");
            let bound = Arc::new(granting(&[&origin], &[]));
            let answer = send(&egress, &bound, get(&format!("{origin}/"))).await;
            assert!(matches!(answer, Err(Error::DestinationIpProhibited)), "{address}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn an_address_that_is_one_only_to_the_url_parser_is_not_reached() {
    // IDNA maps these digits and dots to ASCII ones.
    let egress = Egress::new(Arc::new(Names::default()));
    for host in
        ["①②⑦.⓪.⓪.①", "１２７.0.0.1", "127。0。0。1", "%31%32%37.0.0.1", "127.0.0.1%2f.dav.example", "[::1%25lo]"]
    {
        let uri = format!("https://{host}/");
        let Ok(uri) = uri.parse::<http::Uri>() else { continue };
        let origin = format!("https://{}", uri.host().unwrap_or_default());
        let granted: Vec<&str> =
            origin.parse::<crate::origin::Origin>().ok().map(|_| origin.as_str()).into_iter().collect();
        let answer = send(&egress, &Arc::new(granting(&granted, &[])), get(&uri.to_string())).await;
        let denied = matches!(
            answer,
            Err(Error::DestinationIpProhibited | Error::HttpRequestDenied | Error::HttpRequestUriInvalid)
        );
        assert!(denied, "{host}: {answer:?}");
    }
}

#[tokio::test]
async fn plain_http_goes_to_opened_networks_only() {
    let server = Server::polite().await;
    let egress = Egress::new(Names::answering("dav.example", &[&["127.0.0.1"]]));
    let by_name = format!("http://dav.example:{}", server.port);
    for origin in [&server.origin, &by_name] {
        let closed = Arc::new(granting(&[origin], &[]));
        assert!(matches!(send(&egress, &closed, get(origin)).await, Err(Error::DestinationIpProhibited)));
        let opened = Arc::new(granting(&[origin], &["127.0.0.0/8"]));
        assert_eq!(send(&egress, &opened, get(origin)).await.expect("answer").status, 200);
    }
    // A public address, but not an opened one.
    let public = Arc::new(granting(&["http://1.1.1.1"], &["127.0.0.0/8"]));
    assert!(matches!(send(&egress, &public, get("http://1.1.1.1/")).await, Err(Error::DestinationIpProhibited)));
}

#[tokio::test]
async fn a_name_that_changes_its_address_is_filtered_again() {
    let server = Server::start(server::Does::AnswersAndCloses(
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n".to_vec(),
    ))
    .await;
    let origin = format!("http://dav.example:{}", server.port);
    let egress = Egress::new(Names::answering("dav.example", &[&["127.0.0.1"], &["127.0.0.2"]]));
    let bound = Arc::new(granting(&[&origin], &["127.0.0.1/32"]));
    assert_eq!(send(&egress, &bound, get(&origin)).await.expect("answer").status, 200);
    assert!(matches!(send(&egress, &bound, get(&origin)).await, Err(Error::DestinationIpProhibited)));
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn of_a_mixed_answer_only_allowed_addresses_are_used() {
    let server = Server::polite().await;
    let origin = format!("http://dav.example:{}", server.port);
    let egress = Egress::new(Names::answering("dav.example", &[&["10.0.0.1", "127.0.0.1", "::1"]]));
    let bound = Arc::new(granting(&[&origin], &["127.0.0.0/8"]));
    assert_eq!(send(&egress, &bound, get(&origin)).await.expect("answer").status, 200);
}

#[tokio::test]
async fn only_the_granted_origin_is_reached() {
    let server = Server::polite().await;
    let port = server.port;
    let bound = Arc::new(granting(&[&server.origin], &["127.0.0.0/8"]));
    let egress = Egress::new(Names::answering("localhost", &[&["127.0.0.1"]]));
    for uri in [
        format!("http://localhost:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("http://127.0.0.1:{}/", port ^ 1),
        format!("http://127.1:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://127.0.0.1.dav.example:{port}/"),
        "http://127.0.0.1/".to_owned(),
    ] {
        let answer = send(&egress, &bound, get(&uri)).await;
        assert!(matches!(answer, Err(Error::HttpRequestDenied)), "{uri}: {answer:?}");
    }
    let user = send(&egress, &bound, get(&format!("http://u:p@127.0.0.1:{port}/"))).await;
    assert!(matches!(user, Err(Error::HttpRequestUriInvalid)), "{user:?}");
    assert_eq!(server.connections(), 0);
}
