#pragma once
// One opened destination through the C ABI, and what every answer must keep to: codes of the closed set, an
// error struct filled and not overrun, no secret in it. What breaks that is a violation and fails the test at
// its end. Thread-safe as far as the driver is.

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "options.h"
#include "seabed/seabed.h"

namespace seabed::check {

struct Answer {
  int32_t code = SEABED_OK;
  seabed_error error{};
  bool ok() const { return code == SEABED_OK; }
  std::string text() const;  // "NOT_FOUND, permanent: is not there"
};
const char* code_word(int32_t code);

/// Deadline and cancel of one call; 60 s unless told.
struct Call {
  uint64_t deadline_ns = 0;  // CLOCK_MONOTONIC; 0: 60 s from now
  std::function<bool()> cancelled;
};
uint64_t monotonic_ns();

/// A listing page; what an entry got wrong (its struct_size) is in `wrong`.
struct Page {
  std::vector<std::pair<std::string, uint64_t>> entries;  // key or upload key, size
  std::vector<std::string> ids;                           // list_uploads
  std::vector<uint64_t> started_ns;                       // list_uploads
  std::vector<seabed_part> parts;                         // list_parts
  std::string next, wrong;
};

/// Does the driver's schema mark the key as secret?
bool secret_key(const seabed_driver_v1* table, const std::string& key);

class Violations {
 public:
  void add(const std::string& text);
  std::vector<std::string> all() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> texts_;
};

class Store {
 public:
  /// Throws std::runtime_error when the destination cannot be opened.
  Store(const seabed_driver_v1* table, const Destination& destination, Violations* violations);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// The destination's keys as open() takes them; they point into it.
  static std::vector<seabed_pair> pairs_of(const seabed_driver_v1* table, const Destination& destination);
  static Answer open(const seabed_driver_v1* table, const Destination& destination, seabed_store** out,
                     Violations* violations);

  seabed_capabilities capabilities() const;
  Answer stat(const std::string& key, seabed_object_stat* out = nullptr, const Call& call = {});
  /// Reads once; *out holds what came. A buffer overrun is a violation.
  Answer read(const std::string& key, uint64_t offset, size_t size, std::string* out, const Call& call = {});
  Answer put(const std::string& key, std::string_view bytes, uint32_t flags = 0, const Call& call = {});
  Answer put_pieces(const std::string& key, const std::vector<std::string_view>& pieces, uint32_t flags = 0,
                    const Call& call = {});
  Answer append(const std::string& key, uint64_t position, std::string_view bytes, uint64_t* length = nullptr,
                const Call& call = {});
  Answer list(const std::string& prefix, const std::string& token, uint32_t max, Page* out,
              const Call& call = {});
  /// results[i]: the code for keys[i], -1 when the driver did not tell, -2 when twice.
  Answer remove(const std::vector<std::string>& keys, std::vector<int32_t>* results = nullptr,
                const Call& call = {});
  Answer begin(const std::string& key, std::string* id, uint64_t part_bytes = 0, const Call& call = {});
  Answer part(const std::string& key, const std::string& id, uint32_t number, std::string_view bytes,
              seabed_part* out = nullptr, const Call& call = {});
  Answer complete(const std::string& key, const std::string& id, const std::vector<seabed_part>& parts,
                  uint32_t flags = 0, const Call& call = {});
  Answer abort(const std::string& key, const std::string& id, const Call& call = {});
  Answer list_uploads(const std::string& prefix, const std::string& token, uint32_t max, Page* out,
                      const Call& call = {});
  Answer list_parts(const std::string& key, const std::string& id, const std::string& token, uint32_t max,
                    Page* out, const Call& call = {});
  Answer set_tags(const std::string& key, const std::map<std::string, std::string>& tags,
                  const Call& call = {});
  Answer get_tags(const std::string& key, std::map<std::string, std::string>* out, const Call& call = {});

  const seabed_driver_v1* table() const { return table_; }
  seabed_store* raw() const { return store_; }

 private:
  Answer run(const char* what, const Call& call,
             const std::function<int32_t(const seabed_context*, seabed_error*)>& body);
  void violated(const char* what, const std::string& text);

  const seabed_driver_v1* table_;
  Violations* violations_;
  std::vector<std::string> secrets_;
  seabed_store* store_ = nullptr;
};

}  // namespace seabed::check
