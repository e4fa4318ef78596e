#include "core/engine/restore/verify_report.h"

#include <google/protobuf/message_lite.h>
#include <spdlog/fmt/fmt.h>

#include "core/base/checksum.h"

namespace seabed::restore {

void Findings::add(VerifyFinding finding, bool unsupported) {
  std::lock_guard lock(mutex_);
  for (const VerifyFinding& f : report_.findings)
    if (f.object == finding.object && f.reason == finding.reason) return;
  report_.findings.push_back(std::move(finding));
  unsupported_.push_back(unsupported);
}

size_t Findings::mark() const {
  std::lock_guard lock(mutex_);
  return report_.findings.size();
}

void Findings::judge(size_t i, Judgement* out) const {
  const VerifyFinding& f = report_.findings[i];
  if (!f.error) return;
  out->unsupported = out->unsupported || unsupported_[i];
  if (out->first_error.empty()) out->first_error = f.object + ": " + f.reason;
}

Findings::Judgement Findings::since(size_t mark) const {
  std::lock_guard lock(mutex_);
  Judgement out;
  for (size_t i = mark; i < report_.findings.size(); ++i) judge(i, &out);
  return out;
}

Findings::Judgement Findings::about(const std::string& prefix, const std::string& word) const {
  std::lock_guard lock(mutex_);
  Judgement out;
  for (size_t i = 0; i < report_.findings.size(); ++i) {
    const VerifyFinding& f = report_.findings[i];
    if (f.object.starts_with(prefix) || f.reason.find(word) != f.reason.npos) judge(i, &out);
  }
  return out;
}

Status Findings::take(const Error& e) {
  switch (e.code) {
    case Code::kCorruption:
    case Code::kGap:
    case Code::kNotFound:
    case Code::kUnsupported:
      add({true, e.object, e.code == Code::kNotFound && e.reason.empty() ? "is missing" : e.reason},
          e.code == Code::kUnsupported);
      return ok();
    default: return fail(e);
  }
}

void Findings::expect_total(uint64_t bytes) {
  std::lock_guard lock(mutex_);
  at_.total_bytes += bytes;
}

void Findings::file_done(const std::string& phase) {
  std::lock_guard lock(mutex_);
  ++report_.files;
  ++at_.done_items;
  at_.phase = phase;
  if (progress_) progress_(at_);
}

void Findings::bytes_done(uint64_t bytes) {
  std::lock_guard lock(mutex_);
  report_.bytes += bytes;
  at_.done_bytes += bytes;
  if (at_.done_bytes > at_.total_bytes) at_.total_bytes = 0;  // archived log, whose length nobody has told before
  if (progress_) progress_(at_);
}

uint64_t Findings::errors() const {
  std::lock_guard lock(mutex_);
  uint64_t n = 0;
  for (const VerifyFinding& f : report_.findings) n += f.error;
  return n;
}

bool Findings::has_error_in(const std::string& prefix) const {
  std::lock_guard lock(mutex_);
  for (const VerifyFinding& f : report_.findings)
    if (f.error && f.object.starts_with(prefix)) return true;
  return false;
}

VerifyReport Findings::finish() {
  std::lock_guard lock(mutex_);
  return std::move(report_);
}

namespace {

constexpr size_t kRead = 4 << 20;

Result<bool> hash_holds(const Medium& medium, const std::string& key, const meta::FileEntry& entry,
                        Findings* findings) {
  Hasher128 hasher;
  std::string buffer(std::min<uint64_t>(kRead, entry.size()), '\0');
  for (uint64_t at = 0; at < entry.size();) {
    if (findings->cancelled()) return fail(Code::kCancelled, "verify", "was cancelled");
    const size_t want = std::min<uint64_t>(buffer.size(), entry.size() - at);
    SEABED_TRY(size_t got, medium.store->read_at(key, at, std::span<char>(buffer.data(), want), medium.io()));
    if (got != want) return false;
    hasher.update({buffer.data(), got});
    findings->bytes_done(got);
    at += got;
  }
  return view(hasher.digest()) == entry.hash128();
}

}  // namespace

Result<bool> check_entry(const Medium& medium, const std::string& directory, const meta::FileEntry& entry,
                         bool quick, Findings* findings) {
  const std::string key = directory + entry.key();
  auto stat = medium.store->stat(key, medium.io());
  if (!stat) {
    if (stat.error().code != Code::kNotFound) return fail(stat.error());
    findings->error(medium.name(key), "is missing");
    return false;
  }
  findings->file_done(directory);
  if (stat->size != entry.size()) {
    findings->error(medium.name(key),
                    fmt::format("is {} bytes long, {} were written", stat->size, entry.size()));
    return false;
  }
  if (quick) return true;
  SEABED_TRY(bool holds, hash_holds(medium, key, entry, findings));
  if (!holds) findings->error(medium.name(key), "its bytes are not those that were written (hash)");
  return holds;
}

Result<bool> check_message(const Medium& medium, const std::string& key, FileType type,
                           google::protobuf::MessageLite* message, Findings* findings) {
  auto s = medium.read_message(key, type, message);
  if (s) {
    findings->file_done(key);
    return true;
  }
  if (s.error().code == Code::kNotFound)
    findings->error(medium.name(key), "is missing");
  else
    SEABED_CHECK(findings->take(s.error()));
  return false;
}

}  // namespace seabed::restore
