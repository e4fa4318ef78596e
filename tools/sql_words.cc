#include "tools/sql_words.h"

#include <algorithm>

#include "core/catalog/parameters.h"
#include "core/catalog/views.h"

namespace seabed {
namespace {

constexpr const char* kKeywords[] = {"ACCESS_INFO",
                                     "ACTIVATE",
                                     "ADD",
                                     "ALL",
                                     "ALL_USER",
                                     "ALTER",
                                     "ARCHIVELOG",
                                     "ARCHIVELOG_PIECE",
                                     "ATTRIBUTE",
                                     "BACKUP",
                                     "BACKUPSET",
                                     "BINDING",
                                     "CANCEL",
                                     "CHANGE",
                                     "CLUSTER",
                                     "DATABASE",
                                     "DATA_BACKUP_DEST",
                                     "DECRYPTION",
                                     "DEFER",
                                     "DELETE",
                                     "DESCRIPTION",
                                     "DROP",
                                     "ENABLE",
                                     "ENCRYPTED",
                                     "ENCRYPTION",
                                     "EXTERNAL_STORAGE_DEST",
                                     "FROM",
                                     "IDENTIFIED",
                                     "INCREMENTAL",
                                     "KEY",
                                     "LIKE",
                                     "LOCATION",
                                     "LOG_ARCHIVE_DEST",
                                     "LOG_ARCHIVE_DEST_STATE",
                                     "LOG_RESTORE_SOURCE",
                                     "MODIFY",
                                     "NOARCHIVELOG",
                                     "ONLY",
                                     "PARAMETERS",
                                     "PATH",
                                     "PIECE_SWITCH_INTERVAL",
                                     "PLUS",
                                     "POLICY",
                                     "PREVIEW",
                                     "RECOVER",
                                     "RECOVERY_WINDOW",
                                     "REMAP",
                                     "RESTORE",
                                     "RUN",
                                     "SELECT",
                                     "SET",
                                     "SHOW",
                                     "STANDBY",
                                     "SYSTEM",
                                     "TABLE",
                                     "TABLEGROUP",
                                     "TABLESPACE",
                                     "TENANT",
                                     "TIME",
                                     "UNLIMITED",
                                     "UNTIL",
                                     "UPGRADE",
                                     "VERIFY",
                                     "WHERE",
                                     "WITH"};

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool less(const std::string& a, const std::string& b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [](char x, char y) { return small(x) < small(y); });
}

}  // namespace

std::vector<std::string> words_beginning_with(const std::string& beginning,
                                              const std::vector<std::string>& names) {
  std::vector<std::string> out;
  auto add = [&](const std::string& word, bool any_case) {
    if (word.size() < beginning.size()) return;
    for (size_t i = 0; i < beginning.size(); ++i)
      if (any_case ? small(word[i]) != small(beginning[i]) : word[i] != beginning[i]) return;
    out.push_back(word);
  };
  for (const char* word : kKeywords) add(word, true);
  for (const auto& view : catalog::all_views()) add(view.name, true);
  for (const auto& spec : catalog::known_parameters()) add(spec.name, true);
  for (const std::string& name : names) add(name, false);
  std::sort(out.begin(), out.end(), less);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace seabed
