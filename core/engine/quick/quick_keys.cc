#include "core/engine/quick/quick_keys.h"

#include <map>
#include <sstream>

#include "core/base/bytes.h"
#include "core/base/fd.h"
#include "core/format/meta.pb.h"

namespace seabed::quick {
namespace {

constexpr size_t kMost = 16 << 20;

std::string file_of(const std::string& directory) { return directory + "/seabed_quick_keys"; }

std::string from_hex(const std::string& hex) {
  std::string out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    out += static_cast<char>(std::strtoul(hex.substr(i, 2).c_str(), nullptr, 16));
  return out;
}

/// wrapped -> key, both as hexadecimal digits, one a line.
Result<std::map<std::string, std::string>> read_lines(const std::string& directory) {
  std::map<std::string, std::string> out;
  const auto text = read_file(file_of(directory), kMost);
  if (!text && text.error().code == Code::kNotFound) return out;
  if (!text) return fail(text.error());
  std::istringstream in(*text);
  for (std::string wrapped, key; in >> wrapped >> key;) {
    if (key.size() != 2 * kKeyBytes)
      return fail(Code::kCorruption, file_of(directory), "holds something else than keys", "restore quickly again into a new directory");
    out[wrapped] = key;
  }
  return out;
}

}  // namespace

Status keep_quick_keys(const BackupReader& reader, const restore::StreamPlan& stream, const std::string& directory) {
  SEABED_TRY(auto lines, read_lines(directory));
  const size_t before = lines.size();
  for (const auto& [from, file] : stream.files) {
    const uint64_t holder = BackupReader::holder(from, file).set_id;
    SEABED_TRY(const Secret* key, reader.set_key(holder));
    if (key != nullptr) lines[to_hex(reader.usable_set(holder)->descriptor.key().wrapped())] = to_hex(std::string(key->view()));
  }
  if (lines.size() == before) return ok();
  std::string text;
  for (const auto& [wrapped, key] : lines) text += wrapped + " " + key + "\n";
  return write_file_atomic(file_of(directory), text, 0600);
}

Result<std::shared_ptr<const KeyRing>> add_quick_keys(const KeyRing& ring, const std::string& directory) {
  SEABED_TRY(const auto lines, read_lines(directory));
  auto out = std::make_shared<KeyRing>(ring);
  for (const auto& [wrapped, key] : lines) out->add_data_key(from_hex(wrapped), Secret(from_hex(key)));
  return out;
}

}  // namespace seabed::quick
