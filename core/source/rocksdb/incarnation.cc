#include "core/source/rocksdb/incarnation.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/fd.h"
#include "core/source/rocksdb/manifest_reader.h"
#include "core/source/rocksdb/staged_layout.h"

namespace seabed::rocksdb_source {
namespace {

using nlohmann::json;

std::string record_path(const std::string& pin_directory) { return pin_directory + "/incarnation.json"; }

}  // namespace

uint64_t next_incarnation(const LifeRecord& record, const LifeRecord& now, uint64_t restored_from) {
  const uint64_t at_least = restored_from + 1;
  if (record.incarnation == 0) return at_least;
  const bool same = record.identity == now.identity && now.next_file_number >= record.next_file_number &&
                    now.last_sequence >= record.last_sequence;
  return std::max(at_least, same ? record.incarnation : record.incarnation + 1);
}

Result<LifeRecord> look_at_life(const std::string& directory) {
  SEABED_TRY(const Fd fd, open_directory(directory));
  SEABED_TRY(const uint64_t number, read_current(fd.get(), directory));
  SEABED_TRY(const auto reader, ManifestReader::open(fd.get(), number, directory));
  SEABED_CHECK(reader->read_on());
  LifeRecord out;
  out.next_file_number = reader->version().next_file_number();
  out.last_sequence = reader->version().last_sequence();
  if (auto identity = read_file(directory + "/IDENTITY", 4096)) out.identity = *identity;
  while (!out.identity.empty() && out.identity.back() == '\n') out.identity.pop_back();
  return out;
}

LifeRecord read_life(const std::string& pin_directory) {
  LifeRecord out;
  const auto text = read_file(record_path(pin_directory), 1 << 20);
  if (!text) return out;
  try {
    const json doc = json::parse(*text);
    out.identity = doc.at("identity").get<std::string>();
    out.next_file_number = doc.at("next_file_number").get<uint64_t>();
    out.last_sequence = doc.at("last_sequence").get<uint64_t>();
    out.incarnation = doc.at("incarnation").get<uint64_t>();
  } catch (const json::exception&) {
    return {};
  }
  return out;
}

Status write_life(const std::string& pin_directory, const LifeRecord& record) {
  const json doc = {{"incarnation", record.incarnation},
                    {"identity", record.identity},
                    {"next_file_number", record.next_file_number},
                    {"last_sequence", record.last_sequence}};
  SEABED_CHECK(make_directories(pin_directory));
  return write_file_atomic(record_path(pin_directory),
                           doc.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
}

uint64_t restored_from(const std::string& directory) {
  const auto state = read_state(directory);
  return state && state->phase == StagedPhase::kActivated ? state->from_incarnation : 0;
}

}  // namespace seabed::rocksdb_source
