#include "mount.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/vfs.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <exception>
#include <map>

#include "seabed/driver.hpp"
#include "worker.h"

namespace seabed_file {

namespace {
using std::chrono::steady_clock;
constexpr std::chrono::milliseconds kLook{20};     // between two looks at the cancel
constexpr std::chrono::milliseconds kGrace{500};   // for a worker to notice by itself, with a better answer

/// Disks of this machine by statfs; all else (NFS, SMB, FUSE, Ceph, what is not known) may wait for another one.
bool is_own_disk(uint64_t type) {
  constexpr uint64_t kOwn[] = {0xef53,     0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x2fc12fc1,
                               0xf2f52010, 0x858458f6, 0xca451a4e, 0x3153464a, 0x52654973};
  return std::find(std::begin(kOwn), std::end(kOwn), type) != std::end(kOwn);   // ext4, xfs, btrfs, tmpfs, overlay, …
}

/// The file system of `path`, or of where it would be made.
int32_t type_of(std::string path, uint64_t* out, Error& error) {
  struct statfs fs {};
  while (::statfs(path.c_str(), &fs) != 0) {
    if (errno == EINTR) continue;
    if (errno != ENOENT || path.size() <= 1) return fail_errno(error, "the destination's directory cannot be looked at", errno);
    path.resize(std::max<size_t>(path.rfind('/'), 1));
  }
  *out = static_cast<uint64_t>(fs.f_type) & 0xffffffff;
  return SEABED_OK;
}
}  // namespace

struct Mount::Call {
  std::mutex mutex;
  std::condition_variable ended;
  bool done = false, left = false;
  std::atomic<bool> given_up = false;
  int32_t code = SEABED_INTERNAL;
  seabed_error error{};
  seabed_context context{};
};

std::shared_ptr<Mount> Mount::of(const std::string& path) {
  static auto* mutex = new std::mutex;
  static auto* all = new std::map<std::string, std::weak_ptr<Mount>>;
  std::lock_guard lock(*mutex);
  std::erase_if(*all, [](const auto& item) { return item.second.expired(); });
  auto mount = (*all)[path].lock();
  if (mount == nullptr) (*all)[path] = mount = std::make_shared<Mount>(path);
  return mount;
}

Mount::Mount(std::string path)
    : path_(std::move(path)), table_(::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)) {}

/// Without the table every call is taken for the first one.
bool Mount::mounts_changed() {
  pollfd look{table_.get(), POLLPRI, 0};
  return !table_ || (poll(&look, 1, 0) > 0 && (look.revents & (POLLPRI | POLLERR)) != 0);
}

int32_t Mount::may_hang(const Context& context, bool* out, Error& error) {
  Kind kind = Kind::kUnknown;
  uint64_t seen = 0;
  {
    std::lock_guard lock(mutex_);
    if (mounts_changed()) kind_ = Kind::kUnknown, ++changes_;
    kind = kind_, seen = changes_;
  }
  if (kind == Kind::kUnknown) {
    if (const int32_t code = find_kind(context, &kind, error)) return code;
    std::lock_guard lock(mutex_);
    if (changes_ == seen) kind_ = kind;
  }
  *out = kind == Kind::kOther;
  return SEABED_OK;
}

int32_t Mount::find_kind(const Context& context, Kind* out, Error& error) {
  const auto type = std::make_shared<uint64_t>(0);
  bool left = false;
  const auto look = [path = path_, type](const Context&, Error& e) { return type_of(path, type.get(), e); };
  if (const int32_t code = run(look, false, context, &left, error)) return code;
  *out = is_own_disk(*type) ? Kind::kOwnDisk : Kind::kOther;
  return SEABED_OK;
}

int32_t Mount::run(Work work, bool writes, const Context& context, bool* left, Error& error) {
  *left = false;
  if (const int32_t code = context.check(error)) return code;
  {
    std::lock_guard lock(mutex_);
    if (left_ >= kMostLeft)
      return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT,
                        "the mount does not answer: %u calls sleep in it, no more are sent", left_);
  }
  const auto call = std::make_shared<Call>();
  call->error.struct_size = sizeof call->error;
  call->context.struct_size = sizeof call->context;
  call->context.priority = context.priority();
  call->context.trace_id = context.trace_id();
  if (context.raw() != nullptr && SEABED_HAS(context.raw(), seabed_context, deadline_ns))
    call->context.deadline_ns = context.raw()->deadline_ns;
  call->context.cancel_data = &call->given_up;
  call->context.cancelled = [](void* flag) { return static_cast<std::atomic<bool>*>(flag)->load() ? 1 : 0; };
  run_on_worker([self = shared_from_this(), call, work = std::move(work)]() mutable {
    const int32_t code = seabed::sdk::guarded(&call->error, [&](Error& e) { return work(Context(&call->context), e); });
    work = nullptr;
    std::lock_guard count(self->mutex_);
    std::lock_guard lock(call->mutex);
    call->code = code;
    call->done = true;
    if (call->left) --self->left_;
    call->ended.notify_one();
  });
  if (wait(*call, context)) {
    if (error.raw() != nullptr && call->code != SEABED_OK) seabed::sdk::copy_sized(call->error, error.raw());
    return call->code;
  }
  *left = true;
  return leave(writes, context, error);
}

/// False when the call was left to itself.
bool Mount::wait(Call& call, const Context& context) {
  auto end = steady_clock::time_point::max();
  while (true) {
    {
      std::unique_lock lock(call.mutex);
      if (call.ended.wait_for(lock, kLook, [&] { return call.done; })) return true;
    }
    const auto now = steady_clock::now();
    if (now >= end) break;
    const bool cancelled = context.cancelled();
    if (cancelled) call.given_up = true;
    if (end == steady_clock::time_point::max() && (cancelled || context.remaining_ns() == 0)) end = now + kGrace;
  }
  std::lock_guard count(mutex_);
  std::lock_guard lock(call.mutex);
  if (call.done) return true;
  call.left = call.given_up = true;
  ++left_;
  return false;
}

int32_t Mount::leave(bool writes, const Context& context, Error& error) {
  constexpr const char* kWhy = "the mount does not answer: the call is left behind in the kernel";
  const int32_t code = context.cancelled() ? error.fail(SEABED_CANCELLED, "%s", kWhy)
                                           : error.fail(SEABED_TIMEOUT, SEABED_RETRY_TRANSIENT, "%s", kWhy);
  if (writes) error.outcome_unknown();
  return code;
}

}  // namespace seabed_file
