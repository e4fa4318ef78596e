#pragma once
// The linker's thread (linker.h): inotify events to links, and the housekeeping of once a second. What it tells is written by a
// thread of its own: bytes for a busy disk can take seconds, in which an application deletes logs that are not linked yet.

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "core/source/rocksdb/link_store.h"

struct inotify_event;

namespace seabed::rocksdb_source {

class LinkerThread final : public Linker {
 public:
  LinkerThread(LinkerConfig config, LinkStore store);
  ~LinkerThread() override;
  /// Watches, links what is there, starts the thread.
  Status begin();
  void link_tables(bool on) override;
  LinkerStats stats() const override;

 private:
  Status watch();
  Status add_source(const std::string& path, bool wals, bool rest);
  void reopen();
  bool wanted(const LinkSource& source, DbFileKind kind) const;
  int link(const LinkSource& source, const char* name);
  int scan();
  void run();
  void read_events();
  void handle(const inotify_event& e);
  void drain_wake();

  void keep_house();
  void tell();
  void write_status(std::unique_lock<std::mutex>* lock);
  void take_table_requests();
  void retry_failed();
  void shrink(std::vector<LinkStore::Held>* files);
  void count(const std::vector<LinkStore::Held>& files);

  LinkerConfig config_;
  LinkStore store_;
  Fd notify_, wake_;
  std::vector<LinkSource> sources_;
  std::vector<int> watches_;  // watch descriptor -> source
  std::vector<char> events_;
  LinkerStats counters_;  // of the thread
  int last_errno_ = 0;                      // of a link since the last look
  std::string link_trouble_, limit_trouble_;  // LinkerStats::error: while they last
  bool tables_ = false;
  std::atomic<bool> stop_ = false, tables_asked_ = false;
  mutable std::mutex mutex_;     // of what follows; never held over a system call
  LinkerStats published_;
  uint64_t houses_ = 0, told_ = 0;   // housekeepings; the one that status.json tells
  std::string status_trouble_;       // why it could not
  std::condition_variable kept_;
  std::thread thread_, teller_;
};

}  // namespace seabed::rocksdb_source
