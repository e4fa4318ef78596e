#pragma once
// Collecting what verify finds. Thread-safe.

#include <mutex>

#include "core/engine/restore/media_facts.h"
#include "core/engine/restore/verified.h"

namespace seabed::restore {

class Findings {
 public:
  Findings(const ProgressFn& progress, const CancelToken& cancel) : progress_(progress), cancel_(cancel) {}

  void error(std::string object, std::string reason) { add({true, std::move(object), std::move(reason)}); }
  void note(std::string object, std::string reason) { add({false, std::move(object), std::move(reason)}); }
  /// An error of the medium's content becomes a finding and true; one that says nothing about the content
  /// (network, cancelled) is returned for the caller to stop at.
  Status take(const Error& e);
  void expect_total(uint64_t bytes);
  void file_done(const std::string& phase);
  void bytes_done(uint64_t bytes);
  uint64_t errors() const;
  /// An error names an object that begins so.
  bool has_error_in(const std::string& prefix) const;
  /// What was found so far; the findings from one mark on are those of what was looked at since.
  size_t mark() const;
  struct Judgement {
    std::string first_error;  // empty: none
    bool unsupported = false;  // an error says only that this version cannot read it
  };
  Judgement since(size_t mark) const;
  /// Of the findings about objects below `prefix`, and of others that name `word`.
  Judgement about(const std::string& prefix, const std::string& word) const;
  bool cancelled() const { return cancel_.cancelled(); }
  VerifyReport finish();

 private:
  void add(VerifyFinding finding, bool unsupported = false);
  void judge(size_t i, Judgement* out) const;  // under mutex_
  mutable std::mutex mutex_;
  const ProgressFn& progress_;
  const CancelToken& cancel_;
  VerifyReport report_;
  std::vector<bool> unsupported_;  // beside report_.findings
  Progress at_;
};

/// Size by stat; unless `quick`, every byte against the entry's hash. True when it holds; findings name the
/// object.
Result<bool> check_entry(const Medium& medium, const std::string& directory, const meta::FileEntry& entry,
                         bool quick, Findings* findings);
/// A framed message object must be there and decode; true when it does.
Result<bool> check_message(const Medium& medium, const std::string& key, FileType type,
                           google::protobuf::MessageLite* message, Findings* findings);

// verify_destination.cc: format, check files, placeholders, leases: what lies at the root.
Status verify_destination(const Medium& medium, Findings* findings);
// verify_sets.cc
/// Adds the ids of sets whose own files hold to `good`.
Status verify_sets(const BackupReader& reader, bool quick, Findings* findings, std::vector<uint64_t>* good,
                   VerifiedDestination* verified);
// verify_set_files.cc
/// Decodes one file of a set by its name's reader.
Status decode_set_file(const BackupReader& reader, const SetFacts& set, const std::string& key,
                       Findings* findings);
// verify_indexes.cc
/// Indexes of a set against each other: holders are there, every block of every file is named and lies in a
/// data file.
Status verify_indexes(const BackupReader& reader, const SetFacts& set, Findings* findings);
// verify_pieces.cc
Status verify_pieces(EngineContext& context, const Media& media, size_t archive, bool quick,
                     Findings* findings, VerifiedDestination* verified);
// verify_log.cc
/// Every stream of a run of touching pieces: the chain of files, and the continuity of the log by the
/// adapter's rules.
Status verify_log(EngineContext& context, const Media& media, size_t archive,
                  const std::vector<PieceFacts>& run, Findings* findings);

}  // namespace seabed::restore
