// One log group as facts: its header, and what its payload holds, counted.
#include <nlohmann/json.hpp>

#include "core/base/bytes.h"
#include "core/engine/admin/dump_parts.h"
#include "core/format/log_group_codec.h"
#include "core/format/meta.pb.h"
#include "core/format/rocksdb_payload.pb.h"

namespace seabed::dump {
namespace {

std::string type_name(GroupType type) {
  switch (type) {
    case GroupType::kLog: return "log";
    case GroupType::kManifest: return "manifest";
    case GroupType::kOptions: return "options";
    case GroupType::kHole: return "hole";
    case GroupType::kDictionary: return "dictionary";
  }
  return "unknown";
}

/// The payload is the adapter's own; RocksDB's and the dictionary's are told, others by their length alone.
void describe_payload(const LogGroup& group, Json* out) {
  (*out)["records"] = nullptr;
  rocksdb::WalRun wal;
  rocksdb::ManifestRun manifest;
  rocksdb::OptionsRun options;
  rocksdb::Hole hole;
  meta::DictionaryRecord dictionary;
  const std::string& bytes = group.payload;
  if (group.type == GroupType::kLog && wal.ParseFromString(bytes) && wal.records() > 0)
    *out = {{"records", wal.records()},
            {"wal", wal.wal_number()},
            {"wal_offset", wal.offset()},
            {"wal_bytes", wal.data().size()},
            {"begins_file", wal.begins_file()}};
  if (group.type == GroupType::kManifest && manifest.ParseFromString(bytes))
    *out = {{"records", manifest.records_size()},
            {"manifest", manifest.manifest_number()},
            {"manifest_offset", manifest.offset()},
            {"begins_file", manifest.begins_file()}};
  if (group.type == GroupType::kOptions && options.ParseFromString(bytes))
    *out = {{"records", 1}, {"options_file", options.file_name()}, {"delta_of", options.previous()}};
  if (group.type == GroupType::kHole && hole.ParseFromString(bytes))
    *out = {{"records", 1}, {"hole", rocksdb::Hole::Kind_Name(hole.kind())}, {"reason", hole.reason()}};
  if (group.type == GroupType::kDictionary && dictionary.ParseFromString(bytes))
    *out = {{"records", dictionary.files_size() + dictionary.tables_size() + dictionary.facts_size()},
            {"files", dictionary.files_size()},
            {"tables", dictionary.tables_size()},
            {"facts", dictionary.facts_size()}};
}

}  // namespace

Json group_json(const LogGroup& g, uint64_t number, uint64_t at, size_t length) {
  Json payload = Json::object();
  if (g.stored == 0)
    describe_payload(g, &payload);
  else
    payload["stored"] = (g.stored & kGroupEncrypted) != 0 ? "encrypted" : "compressed";
  Json out = {{"number", number},
              {"at", at},
              {"length", length},
              {"type", type_name(g.type)},
              {"stamp", g.stamp == StampSource::kExact ? "exact" : "observed"},
              {"scn_lo", g.scn_lo},
              {"scn_hi", g.scn_hi},
              {"clock_error_ns", g.clock_error_ns},
              {"incarnation", g.incarnation},
              {"epoch", g.epoch},
              {"begin_lsn", "0x" + to_hex(g.begin.bytes)},
              {"end_lsn", "0x" + to_hex(g.end.bytes)},
              {"payload_bytes", g.payload.size()}};
  out.update(payload);
  return out;
}

}  // namespace seabed::dump
