// A commit log read back: a tree of epochs (starts of the writer), each going on from a commit of its parent.
// A crash may take unflushed commits with it, and a restored database goes on from an old one: then the same
// commit number exists in several epochs, with other bytes.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ledger_config.h"

namespace oracle {

struct Epoch {
  uint32_t id = 0;
  int64_t resumed_at = -1;  // the last commit taken over from the parent
  int64_t parent = -1;
  int64_t started_ns = 0;
  std::vector<int64_t> before_ns, after_ns;  // of commit resumed_at + 1 + i; after 0: not acknowledged
  std::vector<std::pair<uint64_t, int64_t>> flushes;  // (n, time after the flush), rising
  std::map<uint64_t, uint32_t> inherited;
  std::set<uint64_t> lost;

  int64_t last_started() const { return resumed_at + static_cast<int64_t>(before_ns.size()); }
};

struct CommitName {
  uint64_t n = 0;
  uint32_t epoch = 0;
  bool operator==(const CommitName&) const = default;
};

class CommitHistory {
 public:
  static CommitHistory load(const std::string& path);  // throws std::runtime_error

  const LedgerConfig& config() const { return config_; }
  const std::vector<Epoch>& epochs() const { return epochs_; }

  // The epoch whose name the bytes of commit n carry, on the line of epochs that ends in `epoch`.
  std::optional<uint32_t> value_epoch(uint32_t epoch, uint64_t n) const;
  // The epoch in whose life commit n was made or found, on the same line.
  const Epoch* owner(uint32_t epoch, uint64_t n) const;
  std::set<uint64_t> lost_before(uint32_t epoch) const;

  int64_t before_ns(uint32_t epoch, uint64_t n) const;  // 0: none
  // When commit n was acknowledged; with manual_wal_flush: when it had left the process as well. 0: never.
  int64_t acked_ns(uint32_t epoch, uint64_t n) const;

  // Epochs whose line can have led to a state with these lane heads, newest first.
  std::vector<uint32_t> lines_with(const std::vector<CommitName>& heads) const;
  // The epoch that was running at that time.
  uint32_t epoch_at(int64_t ns) const;
  // The largest commit acknowledged no later than that time on the line then alive; -1: none.
  int64_t last_acked_by(int64_t ns) const;

 private:
  void read_line(const std::string& line);
  LedgerConfig config_;
  std::vector<Epoch> epochs_;
};

}  // namespace oracle
