#include "version4.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "handle.h"
#include "write_probe.h"

namespace seabed_nfs {

namespace {
constexpr uint64_t kLongest = 10'000;   // ms, of one request of the probe
constexpr int kNfs4 = 4;

/// "libnfs.so.13.0.0": the library that answers, which is not always the one that was built with.
std::string library_name() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&nfs_init_context), &info) == 0 || info.dli_fname == nullptr) return "libnfs";
  char real[PATH_MAX];
  const std::string path = realpath(info.dli_fname, real) != nullptr ? real : info.dli_fname;
  return path.substr(path.rfind('/') + 1);
}

/// libnfs' own file calls over NFSv4; only for the probe.
class Client4 {
 public:
  ~Client4() {
    if (nfs_ != nullptr) nfs_destroy_context(nfs_);
  }

  std::string mount(const Options& options, const Context& context) {
    std::string why;
    for (std::string path = options.path;; path.resize(std::max<size_t>(path.rfind('/'), 1))) {
      why = mount_at(options, path, context);
      if (why.empty() || path == "/") return why;
    }
  }

  ProbedClient calls() {
    ProbedClient out;
    out.write = [this](std::string_view bytes) { return write(bytes); };
    out.read = [this](uint64_t most, std::string* bytes) { return read(most, bytes); };
    out.remove = [this] { nfs_unlink(nfs_, name_.c_str()); };
    out.write_size = nfs_get_writemax(nfs_);
    return out;
  }

 private:
  std::string told(const char* what) const {
    const char* text = nfs_get_error(nfs_);
    return std::string(what) + (text == nullptr ? "" : std::string(": ") + text);
  }

  std::string mount_at(const Options& options, const std::string& path, const Context& context) {
    if (nfs_ != nullptr) nfs_destroy_context(nfs_);
    nfs_ = nfs_init_context();
    if (nfs_ == nullptr) return "no NFS connection can be made";
    std::string url = "nfs://" + options.server + path + "?version=4";
    if (options.nfs_port != 0) url += "&nfsport=" + std::to_string(options.nfs_port);
    if (nfs_url* parsed = nfs_parse_url_dir(nfs_, url.c_str())) nfs_destroy_url(parsed);   // sets the port
    if (nfs_set_version(nfs_, kNfs4) != 0) return "this libnfs has no NFSv4";
    if (options.uid >= 0) nfs_set_uid(nfs_, options.uid);
    if (options.gid >= 0) nfs_set_gid(nfs_, options.gid);
    nfs_set_timeout(nfs_, static_cast<int>(std::clamp<uint64_t>(context.remaining_ns() / 1'000'000, 1, kLongest)));
    if (nfs_mount(nfs_, options.server.c_str(), path.c_str()) != 0) return told("cannot be mounted over NFSv4");
    char name[64];
    std::snprintf(name, sizeof name, "/.seabed-probe-%d-%p", static_cast<int>(getpid()), static_cast<void*>(this));
    name_ = name;
    return {};
  }

  std::string write(std::string_view bytes) {
    nfsfh* file = nullptr;
    if (nfs_creat(nfs_, name_.c_str(), 0600, &file) != 0) return told("a file cannot be made");
    const int done = nfs_write(nfs_, file, bytes.size(), bytes.data());
    std::string why = done < 0 ? told("refused") : "";
    if (nfs_close(nfs_, file) != 0 && why.empty()) why = told("the file cannot be closed");
    return why;
  }

  std::string read(uint64_t most, std::string* bytes) {
    nfsfh* file = nullptr;
    if (nfs_open(nfs_, name_.c_str(), O_RDONLY, &file) != 0) return told("the file cannot be opened");
    bytes->resize(most);
    size_t have = 0;
    int got = 0;
    while (have < most && (got = nfs_pread(nfs_, file, have, most - have, bytes->data() + have)) > 0)
      have += static_cast<size_t>(got);
    std::string why = got < 0 ? told("refused") : "";
    bytes->resize(have);
    nfs_close(nfs_, file);
    return why;
  }

  nfs_context* nfs_ = nullptr;
  std::string name_;
};
}  // namespace

int32_t refuse_version4(const Options& options, const Context& context, Error& error) {
  constexpr const char* kInstead = "use version=3, or mount the server (nfsvers=4.1) and use file://";
  Client4 client;
  if (const std::string why = client.mount(options, context); !why.empty())
    return error.fail(SEABED_UNSUPPORTED, "NFSv4 is refused: %s could not be tried here, the destination %s; %s",
                      library_name().c_str(), why.c_str(), kInstead);
  const std::string found = probe_writes(client.calls());
  if (!found.empty())
    return error.fail(SEABED_UNSUPPORTED, "NFSv4 is refused: %s was tried on this server, and %s; %s",
                      library_name().c_str(), found.c_str(), kInstead);
  return error.fail(SEABED_UNSUPPORTED,
                    "NFSv4 is refused: %s wrote right when it was tried on this server, but it hides a v4 server's "
                    "write verifier, without which a restart between write and commit loses bytes unseen; %s",
                    library_name().c_str(), kInstead);
}

}  // namespace seabed_nfs
