#include "options.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace seabed_nfs {

namespace {
constexpr uint64_t kMostConnections = 32;

int32_t read_number(const seabed::sdk::OpenArgs& args, const char* key, uint64_t most, uint64_t* value,
                    Error& error) {
  const char* text = args.get(key, nullptr);
  if (text == nullptr) return SEABED_OK;
  const auto [end, ec] = std::from_chars(text, text + std::strlen(text), *value);
  if (ec == std::errc() && *end == 0 && *value <= most) return SEABED_OK;
  return error.fail(SEABED_INVALID_ARGUMENT, "%s is no number up to %llu", key,
                    static_cast<unsigned long long>(most));
}

int32_t read_int(const seabed::sdk::OpenArgs& args, const char* key, uint64_t most, int* value,
                 Error& error) {
  if (args.get(key, nullptr) == nullptr) return SEABED_OK;
  uint64_t number = 0;
  const int32_t code = read_number(args, key, most, &number, error);
  *value = static_cast<int>(number);
  return code;
}

/// This driver speaks NFSv3's own procedures; what 4 is answered depends on what is seen (version4.h).
int32_t read_version(const seabed::sdk::OpenArgs& args, int* version, Error& error) {
  if (const int32_t code = read_int(args, "version", 99, version, error)) return code;
  if (*version == 3 || *version == 4) return SEABED_OK;
  return error.fail(SEABED_INVALID_ARGUMENT, "there is no NFS version %d here: use version=3", *version);
}

int32_t read_location(const char* location, Options* out, Error& error) {
  const char* slash = std::strchr(location, '/');
  if (slash == nullptr || slash == location || slash[1] == 0)
    return error.fail(SEABED_INVALID_ARGUMENT,
                      "names no directory of a server: write nfs://server/export/directory");
  out->server.assign(location, slash);
  out->path = slash;
  while (out->path.size() > 1 && out->path.back() == '/') out->path.pop_back();
  if (out->server.find_first_of("?&@#%") != std::string::npos ||
      ("/" + out->path + "/").find("/../") != std::string::npos)
    return error.fail(SEABED_INVALID_ARGUMENT, "is no nfs://server/export/directory");
  return SEABED_OK;
}
}  // namespace

int32_t read_options(const seabed::sdk::OpenArgs& args, Options* out, Error& error) {
  if (const int32_t code = read_version(args, &out->version, error)) return code;
  if (const int32_t code = read_location(args.location(), out, error)) return code;
  uint64_t connections = out->connections;
  if (const int32_t code = read_number(args, "connections", kMostConnections, &connections, error))
    return code;
  out->connections = static_cast<size_t>(std::max<uint64_t>(connections, 1));
  if (const int32_t code = read_int(args, "uid", INT32_MAX, &out->uid, error)) return code;
  if (const int32_t code = read_int(args, "gid", INT32_MAX, &out->gid, error)) return code;
  if (const int32_t code = read_int(args, "nfsport", 65535, &out->nfs_port, error)) return code;
  if (const int32_t code = read_int(args, "mountport", 65535, &out->mount_port, error)) return code;
  return SEABED_OK;
}

}  // namespace seabed_nfs
