#include "core/source/rocksdb/staged_layout.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/fd.h"
#include "core/source/rocksdb/db_files.h"

namespace seabed::rocksdb_source {
namespace {

using nlohmann::json;

constexpr int kStateFormat = 1;
constexpr const char* kPhases[] = {"filling", "standby", "activated"};

Result<StagedState> from_json(const std::string& path, const std::string& text) {
  const json doc = json::parse(text, nullptr, false);
  const auto broken = [&] {
    return fail(Code::kCorruption, path, "is not a state file of Seabed",
                "remove the staged directory by hand");
  };
  if (!doc.is_object() || doc.value("format", 0) != kStateFormat || !doc.contains("phase")) return broken();
  StagedState state;
  const auto* phase = std::find(std::begin(kPhases), std::end(kPhases), doc["phase"].get<std::string>());
  if (phase == std::end(kPhases)) return broken();
  state.phase = static_cast<StagedPhase>(phase - kPhases);
  state.manifest = doc.value("manifest", "");
  state.from_incarnation = doc.value("from_incarnation", uint64_t{0});
  state.last_scn_hi = doc.value("last_scn_hi", uint64_t{0});
  return state;
}

}  // namespace

Result<StagedState> read_state(const std::string& directory) {
  const std::string path = directory + "/" + kStateFile;
  SEABED_TRY(const std::string text, read_file(path, 1 << 20));
  try {
    return from_json(path, text);
  } catch (const json::exception&) {  // a field of another type
    return fail(Code::kCorruption, path, "is not a state file of Seabed",
                "remove the staged directory by hand");
  }
}

Status write_state(const std::string& directory, const StagedState& state) {
  const json doc = {{"format", kStateFormat},
                    {"phase", kPhases[static_cast<int>(state.phase)]},
                    {"manifest", state.manifest},
                    {"from_incarnation", state.from_incarnation},
                    {"last_scn_hi", state.last_scn_hi}};
  return write_file_atomic(directory + "/" + kStateFile, doc.dump(2) + "\n", 0640);
}

bool is_plain_name(std::string_view name) {
  if (name.empty() || name.size() > 200 || name == "." || name == "..") return false;
  return std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '-';
  });
}

bool is_database_file(std::string_view name) {
  const auto parsed = parse_db_file_name(name);
  return is_plain_name(name) && parsed && parsed->kind != DbFileKind::kCurrent;
}

}  // namespace seabed::rocksdb_source
