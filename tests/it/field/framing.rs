//! Where messages of HTTP/1.1 begin and end.

use anyhow::Context as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The next whole request of a connection; `None` when there is no more.
pub async fn next_request(client: &mut TcpStream, read: &mut Vec<u8>) -> anyhow::Result<Option<Vec<u8>>> {
    loop {
        if let Some(length) = whole(read) {
            let rest = read.split_off(length);
            return Ok(Some(std::mem::replace(read, rest)));
        }
        if client.read_buf(read).await? == 0 {
            return Ok(None);
        }
    }
}

/// Bytes of the first message, once all of it is here and it says how long it is.
fn whole(read: &[u8]) -> Option<usize> {
    let head = head_of(read)?;
    let length = head_length(&read[..head])?;
    (read.len() >= head + length).then_some(head + length)
}

/// Bytes of the head, with its empty line.
fn head_of(message: &[u8]) -> Option<usize> {
    Some(message.windows(4).position(|four| four == b"\r\n\r\n")? + 4)
}

/// What a head says of the length of its body; nothing is none.
fn head_length(head: &[u8]) -> Option<usize> {
    let head = String::from_utf8_lossy(head).to_lowercase();
    let said = head.lines().find_map(|line| line.strip_prefix("content-length:").map(str::trim));
    said.map_or(Some(0), |length| length.parse().ok())
}

/// Has the server answer a request, on a connection of its own, and gives the answer back as
/// one of a connection that stays.
pub async fn serve(request: &[u8], port: u16) -> anyhow::Result<Vec<u8>> {
    let mut server = TcpStream::connect(("127.0.0.1", port)).await?;
    let line = request.windows(2).position(|two| two == b"\r\n").context("a request has a line")? + 2;
    server.write_all(&request[..line]).await?;
    server.write_all(b"Connection: close\r\n").await?;
    server.write_all(&request[line..]).await?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).await?;
    let head = head_of(&answer).context("an answer has a head")?;
    let (text, body) = (String::from_utf8_lossy(&answer[..head]).into_owned(), &answer[head..]);
    let chunked = text.to_lowercase().contains("transfer-encoding: chunked");
    let body = if chunked { joined(body).context("an answer in chunks")? } else { body.to_vec() };
    let mut lines = text.lines();
    let status = lines.next().and_then(|line| line.split_once(' ')).context("an answer has a status")?.1;
    let mut framed = format!("HTTP/1.1 {status}\r\n");
    let of_the_connection = ["connection:", "transfer-encoding:", "content-length:", "keep-alive:"];
    for line in lines.filter(|line| !line.is_empty()) {
        let name = line.to_lowercase();
        if !of_the_connection.iter().any(|one| name.starts_with(one)) {
            framed.push_str(line);
            framed.push_str("\r\n");
        }
    }
    // RFC 9110 §8.6: an answer that has no body says nothing of its length.
    if !status.starts_with("204") {
        framed.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    framed.push_str("\r\n");
    Ok([framed.into_bytes(), body].concat())
}

/// A body that came in chunks.
fn joined(mut chunks: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = chunks.windows(2).position(|two| two == b"\r\n")?;
        let length = usize::from_str_radix(std::str::from_utf8(&chunks[..line]).ok()?.split(';').next()?.trim(), 16);
        let (length, rest) = (length.ok()?, &chunks[line + 2..]);
        if length == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(..length)?);
        chunks = rest.get(length + 2..)?;
    }
}
