#include "core/engine/archive/dictionary_state.h"

#include "core/format/meta.pb.h"
#include "core/media/archive_objects.h"

namespace seabed::archive {

void apply(const meta::DictionaryRecord& record, DictionaryState* state) {
  for (const auto& f : record.files()) {
    if (f.deleted()) state->files.erase(f.path());
    else state->files[f.path()] = f.content();
  }
  for (const auto& f : record.facts()) {
    if (f.deleted()) state->facts.erase(f.name());
    else state->facts[f.name()] = f.value();
  }
  for (const auto& t : record.tables()) {
    const auto key = std::make_tuple(t.ls_id(), t.database(), t.name());
    if (t.deleted()) state->tables.erase(key);
    else state->tables[key] = t.attributes();
  }
}

namespace {
/// Calls changed(key, value) and gone(key) for what differs.
template <class Map, class Changed, class Gone>
void compare(const Map& from, const Map& to, Changed changed, Gone gone) {
  for (const auto& [key, value] : to)
    if (const auto old = from.find(key); old == from.end() || old->second != value) changed(key, value);
  for (const auto& [key, value] : from)
    if (!to.contains(key)) gone(key);
}

/// Begins another record when the current one has grown to the limit.
class Records {
 public:
  explicit Records(size_t limit) : limit_(limit) {}
  meta::DictionaryRecord& next(size_t bytes) {
    if (out_.empty() || size_ + bytes > limit_) out_.emplace_back(), size_ = 0;
    size_ += bytes;
    return out_.back();
  }
  std::vector<meta::DictionaryRecord> take() { return std::move(out_); }

 private:
  size_t limit_, size_ = 0;
  std::vector<meta::DictionaryRecord> out_;
};

void set_key(meta::DictionaryRecord::Table* t, const std::tuple<uint64_t, std::string, std::string>& key) {
  t->set_ls_id(std::get<0>(key));
  t->set_database(std::get<1>(key));
  t->set_name(std::get<2>(key));
}
}  // namespace

std::vector<meta::DictionaryRecord> difference(const DictionaryState& from, const DictionaryState& to, size_t limit) {
  Records records(limit);
  compare(from.files, to.files,
          [&](const auto& path, const auto& content) {
            auto* f = records.next(path.size() + content.size() + 16).add_files();
            f->set_path(path);
            f->set_content(content);
          },
          [&](const auto& path) {
            auto* f = records.next(path.size() + 16).add_files();
            f->set_path(path);
            f->set_deleted(true);
          });
  compare(from.tables, to.tables,
          [&](const auto& key, const auto& attributes) {
            auto* t = records.next(attributes.size() + 64).add_tables();
            set_key(t, key);
            t->set_attributes(attributes);
          },
          [&](const auto& key) {
            auto* t = records.next(64).add_tables();
            set_key(t, key);
            t->set_deleted(true);
          });
  compare(from.facts, to.facts,
          [&](const auto& name, const auto& value) {
            auto* f = records.next(name.size() + value.size() + 16).add_facts();
            f->set_name(name);
            f->set_value(value);
          },
          [&](const auto& name) {
            auto* f = records.next(name.size() + 16).add_facts();
            f->set_name(name);
            f->set_deleted(true);
          });
  return records.take();
}

std::string fold_body(const DictionaryState& state, Scn scn, const Lsn& end) {
  meta::DictionaryFold fold;
  fold.set_scn(scn);
  fold.set_lsn(end.bytes);
  for (auto& record : difference({}, state, SIZE_MAX)) fold.mutable_state()->MergeFrom(record);
  return stable_bytes(fold);
}

}  // namespace seabed::archive
