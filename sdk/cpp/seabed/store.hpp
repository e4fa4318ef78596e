#ifndef SEABED_STORE_HPP_
#define SEABED_STORE_HPP_
// The class that a C++ driver derives from: one opened destination. Every method returns a seabed_code and,
// when that is not SEABED_OK, fills `error`. Methods run on any thread, several at once. What is not
// overridden answers "not supported". Exceptions may be thrown inside: they end at the border (driver.hpp).
#include <cstdint>
#include <cstring>
#include <span>

#include "seabed/call.hpp"
#include "seabed/seabed.h"

namespace seabed::sdk {

using Buffers = std::span<const seabed_buffer>;

/// Caller's text buffer (upload id, next token).
class Text {
 public:
  explicit Text(seabed_text* out) : out_(out) {
    if (out_ != nullptr && out_->capacity > 0) out_->data[out_->size = 0] = 0;
  }
  /// False when it does not fit.
  bool assign(const char* data, size_t size) {
    if (out_ == nullptr || size >= out_->capacity) return false;
    std::memcpy(out_->data, data, size);
    out_->data[size] = 0;
    out_->size = size;
    return true;
  }

 private:
  seabed_text* out_;
};

struct PutOptions {
  bool if_absent = false;
  uint64_t part_bytes = 0, total_bytes = 0;
};

struct ObjectStat {
  uint64_t size = 0, modified_ns = 0;
  const char* etag = "";
};

/// One call of a listing: what to find and where to hand it. sink(...) is false when the host wants no more.
template <class Entry, class Function>
struct Listing {
  const char* scope;  // the prefix; list_parts: the upload id
  const char* token;
  uint32_t max;
  Function function;
  void* data;
  Text next;
  bool sink(const Entry& entry) const { return function(data, &entry) == 0; }
};
using ListCall = Listing<seabed_list_entry, seabed_list_sink>;
using UploadsCall = Listing<seabed_upload_entry, seabed_upload_sink>;
using PartsCall = Listing<seabed_part, seabed_part_sink>;

struct RemoveCall {
  std::span<const char* const> keys;
  seabed_remove_sink function;
  void* data;
  void done(uint32_t index) const { function(data, index, nullptr); }
  void failed(uint32_t index, const seabed_error& error) const { function(data, index, &error); }
};

struct TagsCall {
  seabed_tag_sink function;
  void* data;
  bool sink(const seabed_pair& tag) const { return function(data, &tag) == 0; }
};

/// What a driver derives from: one method an operation, each with the meaning of its namesake in driver.h, errors and
/// unknown outcomes included. Several threads call one object at the same time. Strings, buffers and calls belong to the host and
/// end with the method; keys are relative. A method returns SEABED_OK or what
/// `Error` was filled with, within the context's deadline, and never throws: what escapes ends as SEABED_INTERNAL.
class Store {
 public:
  virtual ~Store() = default;
  virtual int32_t stat(const char* key, const Context&, ObjectStat* out, Error&) = 0;
  virtual int32_t read_at(const char* key, uint64_t offset, void* buffer, size_t size, const Context&,
                          size_t* out_size, Error&) = 0;
  virtual int32_t put(const char* key, Buffers, const PutOptions&, const Context&, Error&) = 0;
  virtual int32_t list(ListCall&, const Context&, Error&) = 0;
  virtual int32_t remove(const RemoveCall&, const Context&, Error&) = 0;

  virtual int32_t upload_begin(const char*, const PutOptions&, const Context&, Text* /*id*/, Error& e) {
    return unsupported(e);
  }
  virtual int32_t upload_part(const char*, const char* /*id*/, uint32_t /*number*/, Buffers, const Context&,
                              seabed_part* /*out: size and tag*/, Error& e) {
    return unsupported(e);
  }
  virtual int32_t upload_complete(const char*, const char* /*id*/, std::span<const seabed_part* const>,
                                  const PutOptions&, const Context&, Error& e) {
    return unsupported(e);
  }
  virtual int32_t upload_abort(const char*, const char* /*id*/, const Context&, Error& e) {
    return unsupported(e);
  }
  virtual int32_t list_uploads(UploadsCall&, const Context&, Error& e) { return unsupported(e); }
  virtual int32_t list_parts(const char*, PartsCall&, const Context&, Error& e) { return unsupported(e); }
  virtual int32_t append(const char*, uint64_t /*position*/, Buffers, const Context&, uint64_t* /*length*/,
                         Error& e) {
    return unsupported(e);
  }
  virtual int32_t get_tags(const char*, const TagsCall&, const Context&, Error& e) { return unsupported(e); }
  virtual int32_t set_tags(const char*, std::span<const seabed_pair>, const Context&, Error& e) {
    return unsupported(e);
  }

 protected:
  static int32_t unsupported(Error& e) {
    return e.fail(SEABED_UNSUPPORTED, "is not supported by this driver");
  }
};

}  // namespace seabed::sdk

#endif
