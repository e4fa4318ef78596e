#pragma once
// Reader leases: readers/<id>.<sequence>.obbak at the destination that is read (docs/format/cleanup-objects.md). Whoever
// still needs sets or pieces (a restore, a quick tenant, a standby; of any cluster) says so, and cleanup of the owning
// cluster deletes nothing of them until the lease is over. Order: a reader writes its lease, then looks for tombstones;
// a cleanup writes its tombstone, then looks for leases. So at least one of the two sees the other.

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/base/cancel.h"
#include "core/base/clock.h"
#include "core/storage/object_store.h"

namespace seabed {

struct ReaderLeaseTerms {
  std::chrono::milliseconds lease{30 * 60'000};       // a reader that died holds cleanup up for so long
  std::chrono::milliseconds clock_error{5 * 60'000};  // between clusters
};

/// What a lease says.
struct ReaderLeaseFacts {
  std::string id;                        // [a-z0-9-], at most 64; empty at take(): a random one
  uint64_t cluster_id = 0;               // of the reader
  std::string cluster_name, tenant_name; // of the reader
  std::string owner;                     // EngineContext::owner
  std::string purpose;                   // "restore", "quick tenant", "standby"
  /// Of sets and pieces, as paths::set_dir and piece_dir name them (a slash at the end may be there or not). Empty:
  /// everything at the destination.
  std::vector<std::string> directories;
  Scn granted = 0, expires = 0;          // expires 0: released
  uint64_t sequence = 0;
  uint64_t modified_ns = 0;              // by the medium's clock; 0: it tells none
};

/// A lease on one destination. Thread-safe.
class ReaderLease {
 public:
  /// With an `id` that is there already (the same reader, started again) its lease goes on. kConflict when one of the
  /// directories is being deleted, or was: the lease is given back then. Any other error: it cannot be written.
  static Result<std::unique_ptr<ReaderLease>> take(std::shared_ptr<ObjectStore> store, ReaderLeaseFacts facts,
                                                   const ReaderLeaseTerms& terms, Clock& clock, const IoContext& ctx);
  /// The next sequence. After the lease ran out: kConflict when something was deleted meanwhile.
  Status renew(const IoContext& ctx);
  /// Other directories from now on (a standby follows new pieces); renews at once. kConflict as take().
  Status need(std::vector<std::string> directories, const IoContext& ctx);
  /// Best effort; the object may not be renewed after it.
  void release(const IoContext& ctx);
  ReaderLeaseFacts facts() const;

 private:
  ReaderLease() = default;
  Status write(bool released, const IoContext& ctx);  // under mutex_
  Status look_behind(bool tombstones, const IoContext& ctx);  // under mutex_
  void remove(std::vector<uint64_t> sequences, const IoContext& ctx);  // under mutex_

  std::shared_ptr<ObjectStore> store_;
  ReaderLeaseTerms terms_;
  Clock* clock_ = nullptr;
  mutable std::mutex mutex_;
  ReaderLeaseFacts facts_;
  std::vector<uint64_t> older_;  // sequences of this id that are behind the newest and may still be there
  std::chrono::steady_clock::time_point valid_until_{};
  bool released_ = false;
};

/// The newest of each reader, released ones left out, expired ones not. An object that is no lease comes with its id,
/// no directories (so that it protects everything) and expires = the medium's time of it plus the default lease.
Result<std::vector<ReaderLeaseFacts>> list_reader_leases(ObjectStore& store, const IoContext& ctx);
/// By the reader's clock or by the medium's, whichever lets it live longer. `now` is the asker's.
bool in_force(const ReaderLeaseFacts& lease, Scn now, std::chrono::milliseconds clock_error = ReaderLeaseTerms{}.clock_error);
/// Removes the objects of leases that ran out more than a day ago. Best effort.
void remove_old_leases(ObjectStore& store, Scn now, const IoContext& ctx);

// ---- pure ----
std::string encode_reader_lease(const ReaderLeaseFacts& facts);
/// kCorruption when it is none, or of another name than `key`.
Result<ReaderLeaseFacts> decode_reader_lease(std::string_view bytes, const std::string& key);

/// One destination that a reader needs.
struct ReaderWish {
  std::shared_ptr<ObjectStore> store;
  ReaderLeaseFacts facts;
  std::optional<ReaderLeaseTerms> terms{};  // its own
  bool outlives = false;                    // when the work is finished() its lease stays: what was made reads on
};

/// Holds leases at several destinations and renews them on a thread of its own, each third of the lease; gives them back
/// when it ends. Thread-safe.
class ReaderLeaseKeeper {
 public:
  /// Fails only with kConflict (something is being deleted) and kCancelled. A destination that cannot be written is a
  /// warning, logged and in warnings(), and is tried again at each renewal. `clock` outlives the keeper.
  static Result<std::unique_ptr<ReaderLeaseKeeper>> hold(std::vector<ReaderWish> wishes, Clock& clock,
                                                         const CancelToken* cancel = nullptr,
                                                         const ReaderLeaseTerms& terms = {});
  ~ReaderLeaseKeeper();
  /// In words, for the operator: which source cannot be protected, and why.
  std::vector<std::string> warnings() const;
  /// How many destinations hold a lease now.
  size_t held() const;
  /// Other directories at the destination of that index (as in `wishes`). kConflict as ReaderLease::take.
  Status need(size_t index, std::vector<std::string> directories);
  /// The leases are not given back at the end but run out: the process ends, its reader goes on with the next start.
  void leave();
  /// The work is done: leases that outlive it are not given back.
  void finished();

 private:
  struct Held {
    ReaderWish wish;
    std::shared_ptr<ReaderLease> lease;  // null: not taken yet
    std::string warning;
  };
  ReaderLeaseKeeper(Clock& clock, const ReaderLeaseTerms& terms) : clock_(clock), terms_(terms) {}
  Status take(Held& held, const CancelToken* cancel);
  void renew_all();
  void run();

  Clock& clock_;
  const ReaderLeaseTerms terms_;
  mutable std::mutex mutex_;
  std::vector<Held> held_;
  bool leave_ = false, finished_ = false;
  CancelToken stop_;
  std::thread thread_;
};

}  // namespace seabed
