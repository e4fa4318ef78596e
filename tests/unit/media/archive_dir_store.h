#pragma once
// An ObjectStore over a plain directory for tests: no driver, no fsync, and a hook before every call that can fail it,
// stop half-way or wait. Survives a killed process, so that another one can go on.

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>

#include "core/base/fd.h"
#include "core/storage/object_store.h"

namespace seabed::test {

class DirStore final : public ObjectStore {
 public:
  /// `operation` is "put", "append", "stat", "read", "list" or "remove". An error fails the call before it does anything.
  using Hook = std::function<Status(const std::string& operation, const std::string& key)>;

  explicit DirStore(std::string root) : root_(std::move(root)) {
    std::filesystem::create_directories(root_);
    caps_.append = append_by_default;
    caps_.conditional_put = true;
  }
  void set_hook(Hook hook) {
    std::lock_guard lock(mutex_);
    hook_ = std::move(hook);
  }
  /// The next append writes so many bytes and then fails.
  std::atomic<int64_t> tear_next_append = -1;
  std::atomic<uint64_t> appends = 0, puts = 0;
  /// The next put of a part arrives, and its answer is lost.
  std::atomic<bool> lose_next_part = false;
  Capabilities caps_;
  /// Of stores that are made from now on: false is an S3-like medium.
  static inline bool append_by_default = std::getenv("SEABED_TEST_NO_APPEND") == nullptr;

  const Capabilities& capabilities() const override { return caps_; }
  std::string describe() const override { return "dir:" + root_; }
  Result<ObjectStat> stat(const std::string& key, const IoContext&) override {
    SEABED_CHECK(hook("stat", key));
    struct stat st {};
    if (::stat(path(key).c_str(), &st) != 0) return fail_errno(key, "stat", errno);
    if (!S_ISREG(st.st_mode)) return fail(Code::kNotFound, key, "is no object");
    return ObjectStat{static_cast<uint64_t>(st.st_size)};
  }
  Result<size_t> read_at(const std::string& key, uint64_t offset, std::span<char> buffer, const IoContext&) override {
    SEABED_CHECK(hook("read", key));
    Fd fd(::open(path(key).c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return fail_errno(key, "open", errno);
    return pread_full(fd.get(), buffer, offset, key);
  }
  Status put(const std::string& key, Buffers bytes, PutMode mode, const IoContext&) override {
    SEABED_CHECK(hook("put", key));
    ++puts;
    const std::string temporary = root_ + "/.tmp." + std::to_string(getpid()) + "." + std::to_string(counter_++);
    Fd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    uint64_t at = 0;
    for (auto piece : bytes) {
      SEABED_CHECK(pwrite_full(fd.get(), piece, at, key));
      at += piece.size();
    }
    std::error_code ec;
    std::filesystem::create_directories(std::filesystem::path(path(key)).parent_path(), ec);
    const int rc = mode == PutMode::kIfAbsent ? ::link(temporary.c_str(), path(key).c_str())
                                              : ::rename(temporary.c_str(), path(key).c_str());
    const int e = errno;
    ::unlink(temporary.c_str());
    if (rc != 0) return fail_errno(key, "put", e);
    if (key.find("@APD_PART@") != key.npos && lose_next_part.exchange(false))
      return fail(Code::kOutcomeUnknown, key, "the answer was lost");
    return ok();
  }
  Result<ListPage> list(const std::string& prefix, const std::string& token, uint32_t max_keys,
                        const IoContext&) override {
    SEABED_CHECK(hook("list", prefix));
    ListPage page;
    for (const auto& [key, size] : all()) {
      if (!key.starts_with(prefix) || key <= token) continue;
      if (max_keys != 0 && page.entries.size() == max_keys) {
        page.next = page.entries.back().key;
        break;
      }
      page.entries.push_back({key, size});
    }
    return page;
  }
  Result<std::vector<Status>> remove(std::span<const std::string> keys, const IoContext&) override {
    std::vector<Status> out;
    for (const auto& key : keys) {
      SEABED_CHECK(hook("remove", key));
      ::unlink(path(key).c_str());
      out.push_back(ok());
    }
    return out;
  }
  Result<uint64_t> append(const std::string& key, uint64_t position, Buffers bytes, const IoContext&) override {
    SEABED_CHECK(hook("append", key));
    ++appends;
    if (!caps_.append) return none(key);
    std::error_code ec;
    if (position == 0) std::filesystem::create_directories(std::filesystem::path(path(key)).parent_path(), ec);
    Fd fd(::open(path(key).c_str(), O_WRONLY | (position == 0 ? O_CREAT : 0) | O_CLOEXEC, 0600));
    if (!fd) return fail_errno(key, "open", errno);
    ::flock(fd.get(), LOCK_EX);
    struct stat st {};
    fstat(fd.get(), &st);
    if (static_cast<uint64_t>(st.st_size) != position) return fail(Code::kConflict, key, "not at the end");
    const int64_t tear = tear_next_append.exchange(-1);
    for (auto piece : bytes) {
      if (tear >= 0) piece = piece.substr(0, std::min<uint64_t>(piece.size(), tear - (position - st.st_size)));
      SEABED_CHECK(pwrite_full(fd.get(), piece, position, key));
      position += piece.size();
      if (tear >= 0 && position - st.st_size >= static_cast<uint64_t>(tear)) break;
    }
    if (tear >= 0) return fail(Code::kNoSpace, key, "torn by the test");
    return position;
  }

  Result<std::string> begin_upload(const std::string& key, const IoContext&) override { return none(key); }
  Result<PartInfo> upload_part(const std::string& key, const std::string&, uint32_t, Buffers,
                               const IoContext&) override { return none(key); }
  Status complete_upload(const std::string& key, const std::string&, std::span<const PartInfo>,
                         const IoContext&) override { return none(key); }
  Status abort_upload(const std::string& key, const std::string&, const IoContext&) override { return none(key); }
  Result<std::vector<UploadInfo>> list_uploads(const std::string& key, const IoContext&) override { return none(key); }
  Result<std::vector<PartInfo>> list_parts(const std::string& key, const std::string&, const IoContext&) override {
    return none(key);
  }
  Result<Tags> get_tags(const std::string& key, const IoContext&) override { return none(key); }
  Status set_tags(const std::string& key, const Tags&, const IoContext&) override { return none(key); }

  /// Key -> size.
  std::map<std::string, uint64_t> all() const {
    std::map<std::string, uint64_t> out;
    std::error_code ec;
    for (auto it = std::filesystem::recursive_directory_iterator(root_, ec);
         !ec && it != std::filesystem::recursive_directory_iterator(); it.increment(ec)) {
      std::error_code gone;
      const std::string key = it->path().string().substr(root_.size() + 1);
      if (key.starts_with(".tmp.") || !it->is_regular_file(gone)) continue;
      const auto size = it->file_size(gone);
      if (!gone) out[key] = size;
    }
    return out;
  }
  std::string path(const std::string& key) const { return root_ + "/" + key; }

 private:
  static tl::unexpected<Error> none(const std::string& key) { return fail(Code::kUnsupported, key, "not in DirStore"); }
  Status hook(const std::string& operation, const std::string& key) {
    Hook hook;
    {
      std::lock_guard lock(mutex_);
      hook = hook_;
    }
    return hook ? hook(operation, key) : ok();
  }
  std::string root_;
  std::mutex mutex_;
  Hook hook_;
  std::atomic<uint64_t> counter_ = 0;
};

/// A mkdtemp directory, removed at the end.
class ScratchDir {
 public:
  ScratchDir() {
    std::string name = (std::filesystem::temp_directory_path() / "seabed-archive-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~ScratchDir() {
    std::error_code ec;
    std::filesystem::remove_all(path_, ec);
  }
  ScratchDir(const ScratchDir&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace seabed::test
