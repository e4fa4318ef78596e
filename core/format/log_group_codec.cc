#include "core/format/log_group_codec.h"

#include <spdlog/fmt/fmt.h>

#include "core/base/bytes.h"
#include "core/format/frame.h"
#include "core/format/log_group_head.h"
#include "core/format/meta.pb.h"

namespace seabed {
namespace {

// docs/format/log-file.md
constexpr uint32_t kGroupMagic = 0x31475253;  // "SRG1"
constexpr size_t kFixed = 72, kCheck = 8, kMaxLsn = 64;
constexpr size_t kMaxHeaderMessage = 64 << 10;
constexpr uint32_t kKnownFlags = kGroupEncrypted | kGroupCompressed;

std::string_view short_hash(std::string_view bytes, Hash128* keep) {
  *keep = hash128(bytes);
  return view(*keep).substr(0, kCheck);
}

bool known_type(uint8_t t) { return t >= 1 && t <= static_cast<uint8_t>(GroupType::kDictionary); }
bool known_stamp(uint8_t s) { return s == 1 || s == 2; }

struct Lengths {
  size_t begin = 0, end = 0, payload = 0;
  size_t head() const { return kFixed + begin + end + kCheck; }
};

/// Reads the lengths of the fixed part and refuses what no writer makes, before any of them is used.
bool read_lengths(std::string_view b, Lengths* n, std::string* reason) {
  n->begin = static_cast<uint8_t>(b[6]);
  n->end = static_cast<uint8_t>(b[7]);
  n->payload = load_u32(&b[8]);
  if (n->begin <= kMaxLsn && n->end <= kMaxLsn && n->payload <= kMaxStoredPayload) return true;
  *reason = fmt::format("impossible lengths in the group header: position {}, {}, payload {}", n->begin,
                        n->end, n->payload);
  return false;
}

void fill(std::string_view b, const Lengths& n, LogGroup* g) {
  g->type = static_cast<GroupType>(b[4]);
  g->stamp = static_cast<StampSource>(b[5]);
  g->stored = load_u32(&b[12]);
  g->scn_lo = load_u64(&b[16]);
  g->scn_hi = load_u64(&b[24]);
  g->clock_error_ns = load_u64(&b[32]);
  g->incarnation = load_u64(&b[40]);
  g->epoch = load_u64(&b[48]);
  g->begin.bytes.assign(b.substr(kFixed, n.begin));
  g->end.bytes.assign(b.substr(kFixed + n.begin, n.end));
  g->payload.assign(b.substr(n.head(), n.payload));
}

bool header_holds(std::string_view b, const Lengths& n, std::string* reason) {
  Hash128 keep;
  if (short_hash(b.substr(0, n.head() - kCheck), &keep) != b.substr(n.head() - kCheck, kCheck))
    *reason = "checksum of the group header does not hold";
  else if (!known_type(b[4]) || !known_stamp(b[5]) || (load_u32(&b[12]) & ~kKnownFlags) != 0)
    *reason = fmt::format("group type {}, stamp {}, flags {:#x}: written by a newer version", int(b[4]),
                          int(b[5]), load_u32(&b[12]));
  else
    return true;
  return false;
}

}  // namespace

std::string encode_log_file_header(const meta::LogFileHeader& header) {
  std::string out = encode_file_header({.type = FileType::kLogFile});
  std::string message = header.SerializeAsString();
  std::string framed;
  put_u32(framed, static_cast<uint32_t>(message.size()));
  framed.append(message);
  Hash128 hash = hash128(framed);
  return out.append(framed).append(view(hash));
}

Result<meta::LogFileHeader> decode_log_file_header(std::string_view bytes, size_t* used,
                                                   const std::string& what) {
  auto bad = [&](std::string reason) {
    return fail(Code::kCorruption, what, std::move(reason), "run seabed verify on the destination");
  };
  SEABED_TRY(FileHeader frame, decode_file_header(bytes, what));
  if (frame.type != FileType::kLogFile)
    return bad(fmt::format("holds a {} where a log file belongs", file_type_name(frame.type)));
  std::string_view rest = bytes.substr(kFileHeaderSize);
  if (rest.size() < 4) return bad("ends inside its header");
  const size_t length = load_u32(rest.data());
  if (length > kMaxHeaderMessage) return bad(fmt::format("impossible header length {}", length));
  if (rest.size() < 4 + length + sizeof(Hash128)) return bad("ends inside its header");
  if (view(hash128(rest.substr(0, 4 + length))) != rest.substr(4 + length, sizeof(Hash128)))
    return bad("checksum of the log file header does not hold");
  meta::LogFileHeader header;
  if (!header.ParseFromArray(rest.data() + 4, static_cast<int>(length)))
    return bad("the header is no LogFileHeader");
  *used = kFileHeaderSize + 4 + length + sizeof(Hash128);
  return header;
}

std::string encode_group_head(const LogGroup& g) {
  if (g.begin.bytes.size() > kMaxLsn || g.end.bytes.size() > kMaxLsn || g.payload.size() > kMaxStoredPayload ||
      (g.stored & ~kKnownFlags) != 0)
    return {};
  std::string out;
  out.reserve(kFixed + 2 * kMaxLsn + kCheck);
  put_u32(out, kGroupMagic);
  out.push_back(static_cast<char>(g.type));
  out.push_back(static_cast<char>(g.stamp));
  out.push_back(static_cast<char>(g.begin.bytes.size()));
  out.push_back(static_cast<char>(g.end.bytes.size()));
  put_u32(out, static_cast<uint32_t>(g.payload.size()));
  put_u32(out, g.stored);
  for (uint64_t v : {g.scn_lo, g.scn_hi, g.clock_error_ns, g.incarnation, g.epoch}) put_u64(out, v);
  Hash128 hash = hash128(g.payload);
  out.append(view(hash)).append(g.begin.bytes).append(g.end.bytes);
  return out.append(short_hash(out, &hash));
}

std::string encode_group(const LogGroup& g) {
  std::string out = encode_group_head(g);
  return out.empty() ? out : out.append(g.payload);
}

GroupRead decode_group(std::string_view bytes, LogGroup* group, size_t* used, size_t* needed,
                       std::string* reason) {
  auto more = [&](size_t n) {
    *needed = n;
    return GroupRead::kNeedMore;
  };
  if (bytes.size() >= 4 && load_u32(bytes.data()) != kGroupMagic) {
    *reason = "no log group begins here (magic)";
    return GroupRead::kBad;
  }
  if (bytes.size() < kFixed) return more(kFixed);
  Lengths n;
  if (!read_lengths(bytes, &n, reason)) return GroupRead::kBad;
  if (bytes.size() < n.head()) return more(n.head());
  if (!header_holds(bytes, n, reason)) return GroupRead::kBad;
  if (bytes.size() < n.head() + n.payload) return more(n.head() + n.payload);
  if (view(hash128(bytes.substr(n.head(), n.payload))) != bytes.substr(56, sizeof(Hash128))) {
    *reason = "checksum of the group's payload does not hold";
    return GroupRead::kBad;
  }
  fill(bytes, n, group);
  *used = n.head() + n.payload;
  return GroupRead::kGroup;
}

}  // namespace seabed
