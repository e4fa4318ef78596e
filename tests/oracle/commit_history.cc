#include "commit_history.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace oracle {

CommitHistory CommitHistory::load(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read the commit log " + path);
  CommitHistory history;
  for (std::string line; std::getline(in, line);) {
    if (in.eof()) break;  // no newline: torn by a crash
    history.read_line(line);
  }
  if (history.epochs_.empty()) throw std::runtime_error("no start in the commit log " + path);
  return history;
}

void CommitHistory::read_line(const std::string& line) {
  if (line.size() < 3) return;
  if (line[0] == 'H') {
    config_ = config_from_json(line.substr(2));
    return;
  }
  if (line[0] == 'C' || line[0] == 'X') return;  // for people; the plan knows them
  char* at = const_cast<char*>(line.c_str()) + 1;
  const auto next = [&] { return std::strtoll(at, &at, 10); };
  const int64_t n = next();
  if (line[0] == 'R') {
    Epoch epoch;
    epoch.id = static_cast<uint32_t>(n);
    epoch.resumed_at = next();
    epoch.parent = next();
    epoch.started_ns = next();
    if (epoch.id != epochs_.size()) throw std::runtime_error("epochs out of order: " + line);
    epochs_.push_back(std::move(epoch));
    return;
  }
  if (epochs_.empty()) throw std::runtime_error("before the first start: " + line);
  Epoch& epoch = epochs_.back();
  const auto number = static_cast<uint64_t>(n);
  if (line[0] == 'B') {
    if (n != epoch.last_started() + 1) return;  // an ended torn line
    epoch.before_ns.push_back(next());
    epoch.after_ns.push_back(0);
  } else if (line[0] == 'A' && n == epoch.last_started()) {
    epoch.after_ns.back() = next();
  } else if (line[0] == 'F') {
    next();
    epoch.flushes.emplace_back(number, next());
  } else if (line[0] == 'P') {
    epoch.inherited[number] = static_cast<uint32_t>(next());
  } else if (line[0] == 'L') {
    epoch.lost.insert(number);
  }
}

const Epoch* CommitHistory::owner(uint32_t id, uint64_t n) const {
  for (const Epoch* epoch = &epochs_.at(id);; epoch = &epochs_.at(static_cast<size_t>(epoch->parent))) {
    const auto number = static_cast<int64_t>(n);
    if (number > epoch->resumed_at) return number <= epoch->last_started() ? epoch : nullptr;
    if (epoch->parent < 0) return nullptr;
  }
}

std::optional<uint32_t> CommitHistory::value_epoch(uint32_t id, uint64_t n) const {
  const Epoch* epoch = owner(id, n);
  if (!epoch) return std::nullopt;
  const auto found = epoch->inherited.find(n);
  return found == epoch->inherited.end() ? epoch->id : found->second;
}

std::set<uint64_t> CommitHistory::lost_before(uint32_t id) const {
  std::set<uint64_t> lost;
  for (int64_t at = id; at >= 0; at = epochs_[static_cast<size_t>(at)].parent) {
    const Epoch& epoch = epochs_[static_cast<size_t>(at)];
    lost.insert(epoch.lost.begin(), epoch.lost.end());
  }
  return lost;
}

int64_t CommitHistory::before_ns(uint32_t id, uint64_t n) const {
  const Epoch* epoch = owner(id, n);
  return epoch ? epoch->before_ns[n - static_cast<uint64_t>(epoch->resumed_at + 1)] : 0;
}

int64_t CommitHistory::acked_ns(uint32_t id, uint64_t n) const {
  const Epoch* epoch = owner(id, n);
  if (!epoch) return 0;
  const int64_t after = epoch->after_ns[n - static_cast<uint64_t>(epoch->resumed_at + 1)];
  if (after == 0 || !config_.manual_wal_flush) return after;
  const auto flush = std::partition_point(epoch->flushes.begin(), epoch->flushes.end(),
                                          [&](const auto& f) { return f.first < n; });
  return flush == epoch->flushes.end() ? 0 : std::max(after, flush->second);
}

std::vector<uint32_t> CommitHistory::lines_with(const std::vector<CommitName>& heads) const {
  std::vector<uint32_t> lines;
  for (size_t id = epochs_.size(); id-- > 0;) {
    const auto line = static_cast<uint32_t>(id);
    const bool all = std::all_of(heads.begin(), heads.end(),
                                 [&](const CommitName& h) { return value_epoch(line, h.n) == h.epoch; });
    if (all) lines.push_back(line);
  }
  return lines;
}

uint32_t CommitHistory::epoch_at(int64_t ns) const {
  uint32_t id = 0;
  for (const Epoch& epoch : epochs_) {
    if (epoch.started_ns <= ns) id = epoch.id;
  }
  return id;
}

int64_t CommitHistory::last_acked_by(int64_t ns) const {
  uint32_t id = epoch_at(ns);
  for (int64_t n = epochs_[id].last_started(); n > epochs_[id].resumed_at; --n) {
    const int64_t acked = acked_ns(id, static_cast<uint64_t>(n));
    if (acked != 0 && acked <= ns) return n;
  }
  return epochs_[id].resumed_at;  // everything taken over was durable by then
}

}  // namespace oracle
