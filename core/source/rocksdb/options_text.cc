#include "core/source/rocksdb/options_text.h"

#include <unordered_map>

#include "core/format/rocksdb_payload.pb.h"

namespace seabed::rocksdb_source {

namespace {
constexpr size_t kMaxOptions = 256 << 20;  // 10,000 column families write about 21 MB

bool follows(const rocksdb::OptionsRun::Piece& piece, uint64_t section) {
  return piece.copy_count() != 0 && piece.copy_first() + piece.copy_count() == section;
}
}  // namespace

std::vector<std::string_view> split_sections(std::string_view text) {
  std::vector<std::string_view> out;
  size_t begin = 0;
  for (size_t line = 0; line < text.size();) {
    if (text[line] == '[' && line != begin) {
      out.push_back(text.substr(begin, line - begin));
      begin = line;
    }
    const size_t end = text.find('\n', line);
    line = end == std::string_view::npos ? text.size() : end + 1;
  }
  if (begin < text.size()) out.push_back(text.substr(begin));
  return out;
}

OptionsOutline outline(const std::string& name, std::string_view text) {
  OptionsOutline out{name, {}};
  for (const std::string_view s : split_sections(text)) out.sections.push_back(hash128(s));
  return out;
}

rocksdb::OptionsRun options_delta(const OptionsOutline& previous, const std::string& name, uint64_t number,
                                  std::string_view text) {
  rocksdb::OptionsRun run;
  run.set_file_name(name);
  run.set_file_number(number);
  const Hash128 whole = hash128(text);
  run.set_xxh3_128(whole.data(), whole.size());
  run.set_two_write_queues(option_value(text, "two_write_queues") == "true");
  if (previous.name.empty()) {
    run.add_pieces()->set_text(text.data(), text.size());
    return run;
  }
  run.set_previous(previous.name);
  std::unordered_map<std::string_view, uint64_t> known;
  for (uint64_t i = 0; i < previous.sections.size(); ++i) known.emplace(view(previous.sections[i]), i);
  for (const std::string_view section : split_sections(text)) {
    const Hash128 hash = hash128(section);
    const auto it = known.find(view(hash));
    rocksdb::OptionsRun::Piece* last =
        run.pieces_size() == 0 ? nullptr : run.mutable_pieces(run.pieces_size() - 1);
    if (it == known.end()) {
      if (last == nullptr || last->copy_count() != 0) last = run.add_pieces();
      last->mutable_text()->append(section);
    } else if (last != nullptr && follows(*last, it->second)) {
      last->set_copy_count(last->copy_count() + 1);
    } else {
      last = run.add_pieces();
      last->set_copy_first(it->second);
      last->set_copy_count(1);
    }
  }
  return run;
}

Result<std::string> rebuild_options(const rocksdb::OptionsRun& run, const std::string& previous_name,
                                    std::string_view previous) {
  if (run.previous() != (run.previous().empty() ? "" : previous_name))
    return fail(Code::kConflict, run.file_name(),
                "it is a delta against " + run.previous() + ", not " + previous_name);
  const auto sections = split_sections(previous);
  std::string out;
  for (const auto& piece : run.pieces()) {
    if (piece.copy_count() > sections.size() || piece.copy_first() > sections.size() - piece.copy_count())
      return fail(Code::kCorruption, run.file_name(), "a delta reaches behind the file it is made against");
    for (uint64_t i = 0; i < piece.copy_count(); ++i) out.append(sections[piece.copy_first() + i]);
    out.append(piece.text());
    if (out.size() > kMaxOptions) return fail(Code::kUnsupported, run.file_name(), "it is too long");
  }
  if (view(hash128(out)) != run.xxh3_128())
    return fail(Code::kCorruption, run.file_name(), "a rebuilt file has another hash");
  return out;
}

std::string option_value(std::string_view text, std::string_view key) {
  for (size_t line = 0; line < text.size();) {
    size_t end = text.find('\n', line);
    if (end == std::string_view::npos) end = text.size();
    std::string_view l = text.substr(line, end - line);
    line = end + 1;
    while (!l.empty() && (l.front() == ' ' || l.front() == '\t')) l.remove_prefix(1);
    if (l.starts_with(key) && l.size() > key.size() && l[key.size()] == '=') {
      l.remove_prefix(key.size() + 1);
      while (!l.empty() && (l.back() == ' ' || l.back() == '\r')) l.remove_suffix(1);
      return std::string(l);
    }
  }
  return {};
}

}  // namespace seabed::rocksdb_source
