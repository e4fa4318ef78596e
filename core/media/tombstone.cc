#include "core/media/tombstone.h"

#include "core/base/log.h"
#include "core/format/meta.pb.h"
#include "core/media/archive_objects.h"

namespace seabed {
namespace {

constexpr uint64_t kLimit = 1 << 20;
constexpr size_t kMost = 1'000'000;

std::string key_of(const Tombstone& t) {
  return t.set ? paths::tombstone(*t.set) : paths::tombstone(*t.piece);
}

/// What the name says; neither set nor piece: it is no tombstone's.
Tombstone by_name(const std::string& key) {
  Tombstone out;
  out.set = paths::parse_set_tombstone(key);
  if (!out.set) out.piece = paths::parse_piece_tombstone(key);
  if (out.piece) out.dest_id = out.piece->dest;
  return out;
}

}  // namespace

Result<std::string> encode_tombstone(const Tombstone& t) {
  if (t.set.has_value() == t.piece.has_value())
    return fail(Code::kInvalidArgument, "tombstone", "must name either a set or a piece");
  meta::Tombstone message;
  message.set_kind(t.set ? "set" : "piece");
  message.set_cluster_id(t.cluster_id);
  message.set_cluster_name(t.cluster_name);
  message.set_tenant_id(t.tenant_id);
  message.set_tenant_name(t.tenant_name);
  message.set_incarnation(t.incarnation);
  message.set_dest_id(t.piece ? t.piece->dest : t.dest_id);
  if (t.set) message.set_backup_set_id(t.set->id), message.set_full(t.set->full);
  if (t.piece) message.set_round_id(t.piece->round), message.set_piece_id(t.piece->piece);
  message.set_deleted_scn(t.deleted_scn);
  message.set_delete_mode(t.delete_mode);
  message.set_job_id(t.job_id);
  return encode_file(FileType::kTombstone, stable_bytes(message));
}

Result<Tombstone> decode_tombstone(std::string_view bytes, const std::string& key) {
  SEABED_TRY(const std::string body, decode_file(FileType::kTombstone, bytes, key));
  meta::Tombstone m;
  if (!m.ParseFromString(body)) return fail(Code::kCorruption, key, "the body is no tombstone");
  Tombstone t;
  if (m.kind() == "set")
    t.set = paths::SetId{m.backup_set_id(), m.full()};
  else if (m.kind() == "piece")
    t.piece = paths::PieceKey{m.dest_id(), m.round_id(), m.piece_id()};
  else
    return fail(Code::kUnsupported, key, "is a tombstone of an unknown kind",
                "use a newer version of Seabed");
  if (key_of(t) != key) return fail(Code::kCorruption, key, "names another set or piece than its name does");
  t.cluster_id = m.cluster_id(), t.cluster_name = m.cluster_name();
  t.tenant_id = m.tenant_id(), t.tenant_name = m.tenant_name();
  t.incarnation = m.incarnation(), t.dest_id = m.dest_id();
  t.deleted_scn = m.deleted_scn(), t.delete_mode = m.delete_mode(), t.job_id = m.job_id();
  return t;
}

Status write_tombstone(ObjectStore& store, const Tombstone& tombstone, const IoContext& ctx) {
  SEABED_TRY(const std::string bytes, encode_tombstone(tombstone));
  const std::string key = key_of(tombstone);
  const auto there = store.stat(key, ctx);
  if (there) return ok();
  if (there.error().code != Code::kNotFound) return fail(there.error());
  // Two cleaners that write at once name the same thing: whichever stays is right.
  const auto put = put_object(store, key, bytes, PutMode::kReplace, ctx);
  if (put || put.error().code != Code::kOutcomeUnknown) return put;
  return store.stat(key, ctx) ? ok() : put;
}

Result<DeletedNames> deleted_names(ObjectStore& store, const IoContext& ctx) {
  SEABED_TRY(const auto entries, list_all(store, paths::tombstones(), ctx, kMost));
  DeletedNames names;
  for (const auto& entry : entries) {
    const Tombstone t = by_name(entry.key);
    if (t.set) names.sets.insert(t.set->id);
    if (t.piece) names.pieces.insert(*t.piece);
  }
  return names;
}

Result<std::vector<Tombstone>> list_tombstones(ObjectStore& store, const IoContext& ctx) {
  SEABED_TRY(const auto entries, list_all(store, paths::tombstones(), ctx, kMost));
  std::vector<Tombstone> out;
  for (const auto& entry : entries) {
    Tombstone named = by_name(entry.key);
    if (!named.set && !named.piece) continue;
    auto bytes = read_object(store, entry.key, kLimit, ctx);
    if (!bytes && bytes.error().code != Code::kCorruption && bytes.error().code != Code::kNotFound)
      return fail(bytes.error());
    const auto read = bytes ? decode_tombstone(*bytes, entry.key) : Result<Tombstone>(fail(bytes.error()));
    if (!read) log::warn("tombstone counts by its name only: {}", read.error().message());
    out.push_back(read ? *read : std::move(named));
  }
  return out;
}

}  // namespace seabed
