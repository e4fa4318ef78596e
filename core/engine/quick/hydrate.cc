#include "core/engine/quick/hydrate.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>

#include "core/base/log.h"
#include "core/engine/quick/data_mode.h"
#include "core/engine/quick/restored_tenants.h"
#include "core/flow/lanes.h"
#include "core/flow/macroblock.h"
#include "core/format/stored_page.h"

namespace seabed::quick {
namespace {

/// There from the beginning to the end of a hydration; locked while one runs.
std::string mark_path(const std::string& directory) { return directory + "/seabed_hydration"; }

Result<Fd> take_mark(const std::string& directory) {
  const std::string path = mark_path(directory);
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return fail_errno(path, "cannot be made", errno);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0)
    return fail(Code::kConflict, directory, "is being hydrated by another process", "wait for it");
  return fd;
}

/// In the mark before the tenant is full: who serves it may go on asking the medium for some time.
constexpr char kLeaseStays[] = "the lease stays\n";

/// A hydration died between the tenant's last state and its end.
void end_of_killed(EngineContext& context, const std::string& directory, const restore::RestoreState& state) {
  const auto mark = read_file(mark_path(directory), 4096);
  if (mark && *mark != kLeaseStays) release_quick_lease(context, directory, state);
}

/// Encrypted, or compressed by an early version.
bool is_stored_otherwise(const RemoteFile& file) {
  return std::any_of(file.blocks.begin(), file.blocks.end(),
                     [](const auto& block) { return plain_page_hashes(block).empty(); });
}

/// Of one tenant.
class Hydration {
 public:
  Hydration(EngineContext& context, const ProgressFn& progress, const CancelToken& cancel)
      : context_(context), progress_(progress), cancel_(cancel) {}

  Status run(const QuickTenant& tenant, uint32_t lanes) {
    for (const QuickStream& stream : tenant.streams)
      for (const auto& [name, file] : stream.files->index()) {
        work_.push_back({&stream, &file});
        total_ += file.meta.size();
      }
    // Large ones first: no lane is left alone with one at the end.
    std::sort(work_.begin(), work_.end(),
              [](const Item& a, const Item& b) { return a.file->meta.size() > b.file->meta.size(); });
    SEABED_CHECK(run_lanes(
        std::max(1u, lanes), [&](uint32_t) { return lane(); }, [this] { stopped_ = true; }));
    for (const QuickStream& stream : tenant.streams) SEABED_CHECK(fsync_directory(stream.staged));
    return ok();
  }
  bool stored_otherwise() const {
    return std::any_of(work_.begin(), work_.end(),
                       [](const Item& item) { return is_stored_otherwise(*item.file); });
  }
  uint64_t files() const { return work_.size(); }
  uint64_t bytes() const { return total_; }

 private:
  struct Item {
    const QuickStream* stream;
    const RemoteFile* file;
  };

  Status lane() {
    for (size_t at; !stopped_ && (at = next_++) < work_.size();) {
      SEABED_CHECK(bring(*work_[at].stream, *work_[at].file));
      ++done_files_;
      context_.at_state("hydrate/FILE");
    }
    return ok();
  }

  Status bring(const QuickStream& stream, const RemoteFile& file) {
    const std::string& name = file.meta.name();
    SEABED_TRY(const Fd directory, open_directory(stream.staged));
    SEABED_TRY(const Fd fd, open_beneath(directory.get(), name, O_RDWR | O_CREAT, 0640));
    if (is_stored_otherwise(file)) {  // its pages cannot be proved one by one here
      SEABED_TRY(const bool whole, stream.files->is_whole(file, fd.get()));
      if (whole && ::fsync(fd.get()) != 0) return fail_errno(name, "cannot be synced", errno);
      if (whole) return tell(file.meta.size()), ok();
    }
    std::string buffer(std::min<uint64_t>(kMacroblockSize, file.meta.size()), '\0');
    for (uint64_t at = 0; at < file.meta.size() && !stopped_; at += kMacroblockSize) {
      if (cancel_.cancelled())
        return fail(Code::kCancelled, "hydration", "was stopped", "start it again: it goes on");
      const std::span<char> block(buffer.data(), std::min<uint64_t>(kMacroblockSize, file.meta.size() - at));
      if (!holds(file, fd.get(), at, block)) {
        SEABED_TRY(const size_t got, stream.files->read(name, at, block));
        if (got != block.size()) return fail(Code::kCorruption, name, "ends too early on the medium");
        SEABED_CHECK(pwrite_full(fd.get(), {block.data(), block.size()}, at, name));
      }
      tell(block.size());
    }
    if (stopped_) return ok();
    if (::ftruncate(fd.get(), file.meta.size()) != 0) return fail_errno(name, "cannot be cut", errno);
    return ::fsync(fd.get()) == 0 ? ok() : Status(fail_errno(name, "cannot be synced", errno));
  }

  /// Every page of it was brought by an earlier run.
  bool holds(const RemoteFile& file, int fd, uint64_t at, std::span<char> block) const {
    auto got = pread_full(fd, block, at, file.meta.name());
    if (!got || *got != block.size()) return false;
    for (size_t from = 0; from < block.size(); from += kPageSize)
      if (!page_holds(file, (at + from) / kPageSize,
                      {block.data() + from, std::min<size_t>(kPageSize, block.size() - from)}))
        return false;
    return true;
  }

  void tell(uint64_t bytes) {
    done_ += bytes;
    if (progress_) progress_({done_, total_, done_files_, work_.size(), "pages"});
  }

  EngineContext& context_;
  const ProgressFn& progress_;
  const CancelToken& cancel_;
  std::vector<Item> work_;
  std::atomic<size_t> next_ = 0;
  std::atomic<uint64_t> done_ = 0, done_files_ = 0;
  uint64_t total_ = 0;
  std::atomic<bool> stopped_ = false;
};

/// What served the pages is of no use any more. Whoever serves them now has it open.
void remove_quick_files(const std::string& directory, const restore::RestoreState& state) {
  std::error_code ec;
  for (const auto& stream : state.streams)
    for (const char* part : {".files", ".blocks", ".cache"})
      std::filesystem::remove(index_path(directory, stream.name) + part, ec);
  std::filesystem::remove(directory + "/seabed_quick_keys", ec);
  std::filesystem::remove(mark_path(directory), ec);
}

}  // namespace

Result<HydrateOutcome> hydrate(EngineContext& context, const HydrateRequest& request,
                               const ProgressFn& progress, const CancelToken& cancel) {
  PageReaderOptions options;
  options.memory_bytes = 32ull << 20;
  options.fill_disk = false;
  SEABED_TRY(QuickTenant tenant,
             open_quick_tenant(context, request.directory, request.uris, options, request.keys));
  HydrateOutcome outcome;
  if (!tenant.state.remote) {
    end_of_killed(context, request.directory, tenant.state);
    note_data_mode(context, request.directory);
    remove_quick_files(request.directory, tenant.state);
    return outcome;
  }
  SEABED_TRY(const Fd mark, take_mark(request.directory));
  Hydration work(context, progress, cancel);
  SEABED_CHECK(work.run(tenant, request.concurrency));
  outcome.files = work.files(), outcome.bytes = work.bytes();
  for (const QuickStream& stream : tenant.streams)
    outcome.medium_bytes += stream.files->counts().medium_bytes;
  context.at_state("hydrate/ALL");
  if (work.stored_otherwise())
    SEABED_CHECK(pwrite_full(mark.get(), {kLeaseStays, sizeof kLeaseStays - 1}, 0, mark_path(request.directory)));
  tenant.state.remote = false;
  SEABED_CHECK(restore::write_state(request.directory, tenant.state));
  context.at_state("hydrate/SUCCESS");
  note_data_mode(context, request.directory);
  tenant.lease.reset();
  // Who serves it now finds plain pages here from now on; the others it may still ask of the medium.
  if (!work.stored_otherwise()) release_quick_lease(context, request.directory, tenant.state);
  remove_quick_files(request.directory, tenant.state);
  return outcome;
}

std::string hydration_key(const std::string& directory) { return "hydrate" + directory; }

Status start_hydration(EngineContext& context, Background& background, const HydrateRequest& request) {
  return background.submit(
      hydration_key(request.directory), [&context, &background, request](const CancelToken& cancel) -> Status {
        const ProgressFn progress = background.teller(hydration_key(request.directory));
        SEABED_TRY(const HydrateOutcome outcome, hydrate(context, request, progress, cancel));
        log::info("{}: hydrated, {} files of {} bytes; it may be activated", request.directory, outcome.files,
                  outcome.bytes);
        return ok();
      });
}

Status resume_hydrations(EngineContext& context, Background& background) {
  SEABED_TRY(const auto tenants, restored_tenants(context));
  for (const RestoredTenant& tenant : tenants)
    if (::access(mark_path(tenant.directory).c_str(), F_OK) == 0)
      SEABED_CHECK(start_hydration(context, background, {tenant.directory}));
  return ok();
}

}  // namespace seabed::quick
