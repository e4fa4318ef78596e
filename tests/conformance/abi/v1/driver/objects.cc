#include "objects.h"

#include <cstdlib>
#include <sstream>

namespace acme {

void Object::add(const Extent& extent) {
  if (extent.size > 0) extents.push_back(extent);
  size += extent.size;
  version = extent.offset;
}

namespace {
/// b of a kComplete record: "id n n n", the numbers of the parts.
void complete(Objects* objects, const Record& record) {
  std::istringstream text(record.b);
  std::string id;
  text >> id;
  const auto upload = objects->uploads.find(id);
  if (upload == objects->uploads.end()) return;
  Object object;
  for (uint32_t number; text >> number;)
    if (const auto part = upload->second.parts.find(number); part != upload->second.parts.end())
      object.add(part->second);
  object.version = record.offset;
  objects->by_key[record.a] = std::move(object);
  objects->uploads.erase(upload);
}

std::string hex(const std::string& text) {
  static const char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const unsigned char c : text) out += kDigits[c >> 4], out += kDigits[c & 15];
  return out;
}

std::string from_hex(const std::string& text) {
  std::string out;
  for (size_t i = 0; i + 1 < text.size(); i += 2)
    out += static_cast<char>(std::strtoul(text.substr(i, 2).c_str(), nullptr, 16));
  return out;
}
}  // namespace

void Objects::apply(const Record& record) {
  const Extent extent{record.offset, record.size};
  switch (record.kind) {
    case Record::kPut: by_key[record.a] = {}; [[fallthrough]];
    case Record::kAppend: by_key[record.a].add(extent); break;
    case Record::kRemove: by_key.erase(record.a); break;
    case Record::kTags:
      if (const auto found = by_key.find(record.a); found != by_key.end())
        found->second.tags = unpack(record.b);
      break;
    case Record::kBegin: uploads[record.b].key = record.a; break;
    case Record::kPart:
      if (const auto found = uploads.find(record.b); found != uploads.end())
        found->second.parts[record.number] = extent;
      break;
    case Record::kComplete: complete(this, record); break;
    case Record::kAbort: uploads.erase(record.b); break;
    default: break;
  }
}

std::string pack(const std::map<std::string, std::string>& tags) {
  std::string out;
  for (const auto& [name, value] : tags) out += hex(name) + "=" + hex(value) + "\n";
  return out;
}

std::map<std::string, std::string> unpack(const std::string& text) {
  std::map<std::string, std::string> out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (const size_t eq = line.find('='); eq != line.npos)
      out[from_hex(line.substr(0, eq))] = from_hex(line.substr(eq + 1));
  return out;
}

}  // namespace acme
