//! A database of places in the MaxMind format (version 2.0), as small as can be: IPv4 networks and what is
//! known of each. https://maxmind.github.io/MaxMind-DB/

use serde_json::{Map, Value, json};

/// The file for these networks (`a.b.c.d/bits`) and their records.
pub fn mmdb(networks: &[(&str, Value)]) -> Vec<u8> {
    let mut nodes: Vec<[Option<usize>; 2]> = vec![[None, None]];
    let (mut data, mut ends) = (Vec::new(), Vec::new());
    for (network, record) in networks {
        let (ip, bits) = network.split_once('/').expect("a network");
        let ip: std::net::Ipv4Addr = ip.parse().expect("an address");
        let bits: u32 = bits.parse().expect("bits");
        let mut node = 0;
        for bit in 0..bits - 1 {
            let side = usize::from(ip.to_bits() >> (31 - bit) & 1 == 1);
            node = match nodes[node][side] {
                Some(next) => next,
                None => {
                    nodes.push([None, None]);
                    let next = nodes.len() - 1;
                    nodes[node][side] = Some(next);
                    next
                }
            };
        }
        let side = usize::from(ip.to_bits() >> (32 - bits) & 1 == 1);
        ends.push((node, side, data.len()));
        write(&mut data, record);
    }
    let count = nodes.len();
    let mut file = Vec::new();
    for (place, node) in nodes.iter().enumerate() {
        for (side, next) in node.iter().enumerate() {
            let end = ends.iter().find(|(node, at, _)| (*node, *at) == (place, side));
            // `count` itself says that nothing is known; data begin 16 bytes later.
            let value = end.map(|(.., offset)| count + 16 + offset).or(*next).unwrap_or(count);
            file.extend_from_slice(&u32::try_from(value).expect("small").to_be_bytes()[1..]);
        }
    }
    file.extend_from_slice(&[0; 16]);
    file.extend_from_slice(&data);
    file.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
    let about = json!({
        "binary_format_major_version": 2, "binary_format_minor_version": 0, "build_epoch": 1, "database_type": "Test",
        "description": {"en": "A test"}, "ip_version": 4, "languages": ["en"], "node_count": count, "record_size": 24,
    });
    write(&mut file, &about);
    file
}

/// Text, arrays and maps, as the format's data section has them.
fn write(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::String(text) => {
            head(out, 2, text.len());
            out.extend_from_slice(text.as_bytes());
        }
        Value::Array(list) => {
            head(out, 11, list.len());
            list.iter().for_each(|one| write(out, one));
        }
        Value::Object(map) => object(out, map),
        Value::Number(_) | Value::Null | Value::Bool(_) => panic!("not needed"),
    }
}

fn object(out: &mut Vec<u8>, map: &Map<String, Value>) {
    head(out, 7, map.len());
    for (name, value) in map {
        write(out, &Value::String(name.clone()));
        match value.as_u64() {
            Some(n) => number(out, name, n),
            None => write(out, value),
        }
    }
}

/// As wide as the format wants it under that name: 16, 32 or 64 bits.
fn number(out: &mut Vec<u8>, name: &str, n: u64) {
    let (kind, bytes) = match name {
        "node_count" | "geoname_id" => (6, 4),
        "build_epoch" => (9, 8),
        _ => (5, 2),
    };
    head(out, kind, bytes);
    out.extend_from_slice(&n.to_be_bytes()[8 - bytes..]);
}

/// The control byte: the type in its upper three bits, or in a second byte, and the size below.
fn head(out: &mut Vec<u8>, kind: u8, size: usize) {
    let small = u8::try_from(size.min(29)).expect("below 30");
    if kind <= 7 {
        out.push(kind << 5 | small)
    } else {
        out.extend_from_slice(&[small, kind - 7])
    }
    if size >= 29 {
        out.push(u8::try_from(size - 29).expect("below 285"));
    }
}
