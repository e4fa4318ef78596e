#ifndef SEABED_DRIVER_HPP_
#define SEABED_DRIVER_HPP_
// From a C++ class to the driver's table. A driver is a struct with
//
//   static constexpr const char* kName, * kVersion;
//   static constexpr const char* const kSchemes[] = {"acme", nullptr};
//   static constexpr const seabed_key* const kKeys[] = {…, nullptr};
//   static void capabilities(const Store* store_or_null, seabed_capabilities* out);   // fill the fields as
//   usual static int32_t open(const OpenArgs&, const Context&, Store** out, Error&);        // new
//   YourStore(…)
//
// and one line: SEABED_DRIVER(YourDriver). No exception crosses: std::bad_alloc and everything else become
// SEABED_INTERNAL. `seabed::sdk::host()` is the host's table.
#include <cstring>
#include <exception>
#include <new>

#include "seabed/store.hpp"

namespace seabed::sdk {

inline const seabed_host* g_host = nullptr;  // hidden in each driver: every shared object has its own
inline const seabed_host* host() { return g_host; }

class OpenArgs {
 public:
  explicit OpenArgs(const seabed_open_args* args) : args_(args) {}
  const char* scheme() const { return args_->scheme; }
  const char* location() const { return args_->location; }
  std::span<const seabed_pair> pairs() const { return {args_->pairs, args_->pair_count}; }
  /// The given value, or `fallback`.
  const char* get(const char* key, const char* fallback) const {
    for (const seabed_pair& pair : pairs())
      if (std::strcmp(pair.key, key) == 0) return pair.value;
    return fallback;
  }

 private:
  const seabed_open_args* args_;
};

/// Copies as much of `from` as the other side's struct (told by its struct_size) has room for.
template <class T>
void copy_sized(const T& from, T* to) {
  const uint32_t size = to->struct_size;
  std::memcpy(to, &from, size < sizeof(T) ? size : sizeof(T));
  to->struct_size = size;
}

inline PutOptions put_options(const seabed_put_options* o) {
  PutOptions out;
  if (o == nullptr) return out;
  out.if_absent = SEABED_HAS(o, seabed_put_options, flags) && (o->flags & SEABED_PUT_IF_ABSENT) != 0;
  if (SEABED_HAS(o, seabed_put_options, part_bytes)) out.part_bytes = o->part_bytes;
  if (SEABED_HAS(o, seabed_put_options, total_bytes)) out.total_bytes = o->total_bytes;
  return out;
}

/// Runs one operation; what it throws ends here.
template <class Function>
int32_t guarded(seabed_error* raw, Function&& function) noexcept {
  Error error(raw);
  try {
    return function(error);
  } catch (const std::bad_alloc&) {
    return error.fail(SEABED_INTERNAL, SEABED_RETRY_TRANSIENT, "the driver ran out of memory");
  } catch (const std::exception& e) {
    return error.fail(SEABED_INTERNAL, "the driver threw: %s", e.what());
  } catch (...) {
    return error.fail(SEABED_INTERNAL, "the driver threw");
  }
}

inline Store& self(seabed_store* store) { return *reinterpret_cast<Store*>(store); }

template <class Driver>
struct Table {
  static void capabilities(const seabed_store* store, seabed_capabilities* out) noexcept {
    seabed_capabilities mine{};
    mine.struct_size = sizeof mine;
    Driver::capabilities(reinterpret_cast<const Store*>(store), &mine);
    copy_sized(mine, out);
  }
  /// A host refuses such keys before; this holds for every other caller.
  static int32_t check_keys(const OpenArgs& args, Error& error) {
    for (const seabed_pair& pair : args.pairs()) {
      const seabed_key* const* known = Driver::kKeys;
      while (*known != nullptr && std::strcmp((*known)->name, pair.key) != 0) ++known;
      if (*known == nullptr)
        return error.fail(SEABED_INVALID_ARGUMENT, "the key %s is not known to driver %s", pair.key, Driver::kName);
    }
    return SEABED_OK;
  }
  static int32_t open(const seabed_open_args* args, const seabed_context* c, seabed_store** out,
                      seabed_error* e) noexcept {
    return guarded(e, [&](Error& error) {
      if (const int32_t code = check_keys(OpenArgs(args), error)) return code;
      Store* store = nullptr;
      const int32_t code = Driver::open(OpenArgs(args), Context(c), &store, error);
      *out = reinterpret_cast<seabed_store*>(store);
      return code;
    });
  }
  static void close(seabed_store* store) noexcept { delete &self(store); }

  static int32_t stat(seabed_store* s, const char* key, const seabed_context* c, seabed_object_stat* out,
                      seabed_error* e) noexcept {
    return guarded(e, [&](Error& error) {
      ObjectStat found;
      const int32_t code = self(s).stat(key, Context(c), &found, error);
      if (code != SEABED_OK) return code;
      seabed_object_stat mine{};
      mine.size = found.size;
      mine.modified_ns = found.modified_ns;
      std::snprintf(mine.etag, sizeof mine.etag, "%s", found.etag);
      copy_sized(mine, out);
      return code;
    });
  }
  static int32_t read_at(seabed_store* s, const char* key, uint64_t offset, void* buffer, size_t size,
                         const seabed_context* c, size_t* out_size, seabed_error* e) noexcept {
    *out_size = 0;
    return guarded(e, [&](Error& error) {
      return self(s).read_at(key, offset, buffer, size, Context(c), out_size, error);
    });
  }
  static int32_t put(seabed_store* s, const char* key, const seabed_buffer* buffers, uint32_t count,
                     const seabed_put_options* o, const seabed_context* c, seabed_error* e) noexcept {
    return guarded(e, [&](Error& error) {
      return self(s).put(key, Buffers(buffers, count), put_options(o), Context(c), error);
    });
  }

  static int32_t upload_begin(seabed_store* s, const char* key, const seabed_put_options* o,
                              const seabed_context* c, seabed_text* out_id, seabed_error* e) noexcept {
    return guarded(e, [&](Error& error) {
      Text id(out_id);
      return self(s).upload_begin(key, put_options(o), Context(c), &id, error);
    });
  }
  static int32_t upload_part(seabed_store* s, const char* key, const char* id, uint32_t number,
                             const seabed_buffer* buffers, uint32_t count, const seabed_context* c,
                             seabed_part* out, seabed_error* e) noexcept {
    return guarded(e, [&](Error& error) {
      seabed_part mine{};
      mine.number = number;
      const int32_t code =
          self(s).upload_part(key, id, number, Buffers(buffers, count), Context(c), &mine, error);
      if (code == SEABED_OK) copy_sized(mine, out);
      return code;
    });
  }
  static int32_t upload_complete(seabed_store* s, const char* key, const char* id,
                                 const seabed_part* const* parts, uint32_t count, const seabed_put_options* o,
                                 const seabed_context* c, seabed_error* e) noexcept {
    return guarded(e, [&](Error& error) {
      return self(s).upload_complete(key, id, std::span(parts, count), put_options(o), Context(c), error);
    });
  }
  static int32_t upload_abort(seabed_store* s, const char* key, const char* id, const seabed_context* c,
                              seabed_error* e) noexcept {
    return guarded(e, [&](Error& error) { return self(s).upload_abort(key, id, Context(c), error); });
  }

  static int32_t list(seabed_store* s, const char* prefix, const char* token, uint32_t max,
                      seabed_list_sink sink, void* data, const seabed_context* c, seabed_text* next,
                      seabed_error* e) noexcept {
    return guarded(e, [&](Error& error) {
      ListCall call{prefix, token, max, sink, data, Text(next)};
      return self(s).list(call, Context(c), error);
    });
  }
  static int32_t remove(seabed_store* s, const char* const* keys, uint32_t count, seabed_remove_sink sink,
                        void* data, const seabed_context* c, seabed_error* e) noexcept {
    return guarded(e, [&](Error& error) {
      return self(s).remove(RemoveCall{std::span(keys, count), sink, data}, Context(c), error);
    });
  }
  static int32_t append(seabed_store* s, const char* key, uint64_t position, const seabed_buffer* buffers,
                        uint32_t count, const seabed_context* c, uint64_t* out_length,
                        seabed_error* e) noexcept {
    return guarded(e, [&](Error& error) {
      return self(s).append(key, position, Buffers(buffers, count), Context(c), out_length, error);
    });
  }
  static int32_t get_tags(seabed_store* s, const char* key, seabed_tag_sink sink, void* data,
                          const seabed_context* c, seabed_error* e) noexcept {
    return guarded(e, [&](Error& error) {
      return self(s).get_tags(key, TagsCall{sink, data}, Context(c), error);
    });
  }
  static int32_t set_tags(seabed_store* s, const char* key, const seabed_pair* tags, uint32_t count,
                          const seabed_context* c, seabed_error* e) noexcept {
    return guarded(
        e, [&](Error& error) { return self(s).set_tags(key, std::span(tags, count), Context(c), error); });
  }
  static int32_t list_uploads(seabed_store* s, const char* prefix, const char* token, uint32_t max,
                              seabed_upload_sink sink, void* data, const seabed_context* c, seabed_text* next,
                              seabed_error* e) noexcept {
    return guarded(e, [&](Error& error) {
      UploadsCall call{prefix, token, max, sink, data, Text(next)};
      return self(s).list_uploads(call, Context(c), error);
    });
  }
  static int32_t list_parts(seabed_store* s, const char* key, const char* id, const char* token, uint32_t max,
                            seabed_part_sink sink, void* data, const seabed_context* c, seabed_text* next,
                            seabed_error* e) noexcept {
    return guarded(e, [&](Error& error) {
      PartsCall call{id, token, max, sink, data, Text(next)};
      return self(s).list_parts(key, call, Context(c), error);
    });
  }
  static const void* extension(const char* id) noexcept {
    if constexpr (requires { Driver::extension(id); }) return Driver::extension(id);
    return nullptr;
  }

  static constexpr seabed_driver_v1 kTable = {sizeof(seabed_driver_v1),
                                              SEABED_ABI_MAJOR,
                                              SEABED_ABI_MINOR,
                                              Driver::kName,
                                              Driver::kVersion,
                                              Driver::kSchemes,
                                              Driver::kKeys,
                                              capabilities,
                                              open,
                                              close,
                                              stat,
                                              read_at,
                                              put,
                                              upload_begin,
                                              upload_part,
                                              upload_complete,
                                              upload_abort,
                                              list,
                                              remove,
                                              append,
                                              get_tags,
                                              set_tags,
                                              list_uploads,
                                              list_parts,
                                              extension};
};

/// Refuses a host of another major version in words.
template <class Driver>
const seabed_driver_v1* enter(const seabed_host* from, seabed_error* raw) noexcept {
  if (from == nullptr || from->abi_major != SEABED_ABI_MAJOR) {
    Error(raw).fail(SEABED_UNSUPPORTED, "driver %s speaks ABI %d.%d, the host ABI %d", Driver::kName,
                    SEABED_ABI_MAJOR, SEABED_ABI_MINOR, from == nullptr ? 0 : from->abi_major);
    return nullptr;
  }
  g_host = from;
  return &Table<Driver>::kTable;
}

}  // namespace seabed::sdk

#define SEABED_DRIVER(Driver)                                                                   \
  extern "C" SEABED_EXPORT const seabed_driver_v1* seabed_driver_entry(const seabed_host* host, \
                                                                       seabed_error* error) {   \
    return ::seabed::sdk::enter<Driver>(host, error);                                           \
  }

#endif
