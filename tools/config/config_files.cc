#include "tools/config/config_files.h"

#include <algorithm>
#include <filesystem>

#include "core/base/fd.h"

namespace seabed {
namespace {

constexpr size_t kMaxFile = 16 << 20;
constexpr size_t kMaxFiles = 10'000;

Status merge(toml::table& into, toml::table&& from, const std::string& name);

bool holds_tables(const toml::node& node) {
  const toml::array* list = node.as_array();
  return list && !list->empty() &&
         std::all_of(list->begin(), list->end(), [](auto& n) { return n.is_table(); });
}

/// Moved, never copied: a copied node forgets where it stood.
Status merge_key(toml::table& into, const std::string& key, toml::node& node, const std::string& name) {
  toml::node* old = into.get(key);
  if (!old) {
    node.visit([&](auto& value) { into.insert(key, std::move(value)); });
    return ok();
  }
  const std::string full = name.empty() ? key : name + "." + key;
  if (old->is_table() && node.is_table()) return merge(*old->as_table(), std::move(*node.as_table()), full);
  if (holds_tables(*old) && holds_tables(node)) {
    for (toml::node& item : *node.as_array()) old->as_array()->push_back(std::move(*item.as_table()));
    return ok();
  }
  return fail(Code::kInvalidArgument, origin_of(node), full + " is given here and in " + origin_of(*old),
              "a key may stand in one file only");
}

Status merge(toml::table& into, toml::table&& from, const std::string& name) {
  for (auto&& [key, node] : from) SEABED_CHECK(merge_key(into, std::string(key.str()), node, name));
  return ok();
}

/// conf.d/*.toml by name; hidden files and those of editors do not end so.
Result<std::vector<std::string>> parts_of(const std::string& file) {
  std::vector<std::string> out;
  const auto folder = std::filesystem::path(file).parent_path() / "conf.d";
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) return out;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename();
    if (name[0] != '.' && name.ends_with(".toml")) out.push_back(at->path());
    if (out.size() > kMaxFiles) return fail(Code::kInvalidArgument, folder, "holds too many files");
  }
  if (error) return fail(Code::kIo, folder, "cannot be listed: " + error.message());
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

std::string origin_of(const toml::node& node) {
  const auto& source = node.source();
  if (!source.path || source.path->empty()) return "default";
  if (source.path->front() == '$') return *source.path;
  return *source.path + ":" + std::to_string(source.begin.line);
}

Result<toml::table> parse_toml(const std::string& text, const std::string& path) {
  try {
    return toml::parse(text, path);
  } catch (const toml::parse_error& e) {
    return fail(Code::kInvalidArgument, path + ":" + std::to_string(e.source().begin.line),
                std::string(e.description()));
  }
}

Result<ConfigTree> read_config_files(const std::string& file) {
  ConfigTree tree;
  SEABED_TRY(const std::string main, read_file(file, kMaxFile));
  SEABED_TRY(tree.root, parse_toml(main, file));
  tree.files.push_back(file);
  SEABED_TRY(const auto parts, parts_of(file));
  for (const std::string& part : parts) {
    SEABED_TRY(const std::string text, read_file(part, kMaxFile));
    SEABED_TRY(toml::table table, parse_toml(text, part));
    SEABED_CHECK(merge(tree.root, std::move(table), ""));
    tree.files.push_back(part);
  }
  return tree;
}

}  // namespace seabed
