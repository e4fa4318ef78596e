#pragma once
// What the records make: objects, their tags, uploads with their parts. Bytes stay in the journal; here are
// their places.

#include <map>
#include <string>
#include <vector>

#include "journal.h"

namespace acme {

struct Extent {
  uint64_t offset, size;
};

struct Object {
  std::vector<Extent> extents;
  uint64_t size = 0;
  uint64_t version = 0;  // the offset of what was written last: rises with each change
  std::map<std::string, std::string> tags;
  void add(const Extent& extent);
};

struct Upload {
  std::string key;
  std::map<uint32_t, Extent> parts;
};

struct Objects {
  std::map<std::string, Object> by_key;
  std::map<std::string, Upload> uploads;  // by id
  void apply(const Record& record);
};

/// Texts in one field of a record: "name=value\n" with both in hexadecimal.
std::string pack(const std::map<std::string, std::string>& tags);
std::map<std::string, std::string> unpack(const std::string& text);

}  // namespace acme
