#include "core/storage/driver/registry.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "core/storage/driver/library.h"

namespace seabed {

namespace {
Result<std::vector<std::string>> shared_objects(const std::string& directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(opendir(directory.c_str()), closedir);
  if (!dir) return fail_errno(directory, "driver directory cannot be read", errno);
  std::vector<std::string> paths;
  while (const dirent* entry = readdir(dir.get())) {
    const std::string_view name = entry->d_name;
    if (name.size() > 3 && name.ends_with(".so") && name[0] != '.')
      paths.push_back(directory + "/" + entry->d_name);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string type_name(const seabed_key& key) {
  static constexpr const char* kNames[] = {"text",     "integer", "boolean", "size",
                                           "duration", "path",    "choice"};
  if (key.type == SEABED_KEY_CHOICE && SEABED_HAS(&key, seabed_key, choices) && key.choices)
    return key.choices;
  return key.type < std::size(kNames) ? kNames[key.type] : "text";
}

std::vector<DriverInfo::Key> keys_of(const seabed_driver_v1* driver) {
  std::vector<DriverInfo::Key> keys;
  for (const seabed_key* const* k = driver->keys; *k != nullptr; ++k) {
    DriverInfo::Key key;
    key.name = (*k)->name;
    key.type = type_name(**k);
    if ((*k)->default_value) key.default_value = (*k)->default_value;
    if ((*k)->help) key.help = (*k)->help;
    key.secret = ((*k)->flags & SEABED_KEY_SECRET) != 0;
    key.required = ((*k)->flags & SEABED_KEY_REQUIRED) != 0;
    keys.push_back(std::move(key));
  }
  return keys;
}

void describe(const seabed_driver_v1* driver, DriverInfo* info) {
  info->name = driver->name;
  info->version = driver->version;
  info->abi = std::to_string(driver->abi_major) + "." + std::to_string(driver->abi_minor);
  for (const char* const* s = driver->schemes; *s != nullptr; ++s) info->schemes.emplace_back(*s);
  info->keys = keys_of(driver);
  info->capabilities = capabilities_of(driver, nullptr);
}

Result<const seabed_driver_v1*> admit(const std::string& path) {
  SEABED_CHECK(check_trusted(path));
  return load_driver(path);
}

Status claim(const std::string& path, const seabed_driver_v1* driver, DriverRegistry* out,
             std::map<std::string, std::string>* owners) {
  for (const char* const* s = driver->schemes; *s != nullptr; ++s) {
    const auto [owner, added] = owners->emplace(*s, path);
    if (!added)
      return fail(Code::kConflict, path,
                  "claims the scheme " + std::string(*s) + ", which " + owner->second + " claims too",
                  "remove one of the two from the driver directories");
    out->by_scheme[*s] = driver;
  }
  return ok();
}
}  // namespace

Status check_trusted(const std::string& path) {
  struct stat st {};
  if (lstat(path.c_str(), &st) != 0) return fail_errno(path, "cannot be inspected", errno);
  if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
    return fail(Code::kPermissionDenied, path, "is neither a regular file nor a directory");
  if (st.st_uid != 0 && st.st_uid != geteuid())
    return fail(Code::kPermissionDenied, path,
                "belongs to user " + std::to_string(st.st_uid) + ", neither root nor this one",
                "change its owner: what it holds runs with Seabed's rights");
  if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return fail(Code::kPermissionDenied, path, "can be written by its group or by others",
                "chmod go-w " + path);
  return ok();
}

Capabilities capabilities_of(const seabed_driver_v1* driver, const seabed_store* store) {
  seabed_capabilities c{};
  c.struct_size = sizeof c;
  driver->capabilities(store, &c);
  Capabilities out;
  const auto has = [&c](uint32_t flag) { return (c.flags & flag) != 0; };
  out.append =
      has(SEABED_CAP_APPEND) && SEABED_HAS(driver, seabed_driver_v1, append) && driver->append != nullptr;
  out.conditional_put = has(SEABED_CAP_CONDITIONAL_PUT);
  out.tags = has(SEABED_CAP_TAGS) && SEABED_HAS(driver, seabed_driver_v1, set_tags) && driver->get_tags &&
             driver->set_tags;
  out.uploads = has(SEABED_CAP_UPLOAD) && driver->upload_begin && driver->upload_part &&
                driver->upload_complete && driver->upload_abort;
  out.list_uploads = has(SEABED_CAP_LIST_UPLOADS) && SEABED_HAS(driver, seabed_driver_v1, list_parts) &&
                     driver->list_uploads && driver->list_parts;
  out.strong_list = has(SEABED_CAP_STRONG_LIST);
  out.read_while_uploading = has(SEABED_CAP_READ_WHILE_UPLOADING);
  out.max_put_bytes = c.max_put_bytes;
  out.min_part_bytes = c.min_part_bytes;
  out.max_part_bytes = c.max_part_bytes;
  out.max_parts = c.max_parts;
  out.max_delete_batch = c.max_delete_batch;
  out.max_key_length = c.max_key_length;
  out.max_list_page = c.max_list_page;
  return out;
}

Result<DriverRegistry> scan_drivers(const std::vector<std::string>& directories) {
  DriverRegistry out;
  std::map<std::string, std::string> owners;  // scheme -> path
  for (const std::string& directory : directories) {
    if (directory.empty() || directory[0] != '/')
      return fail(Code::kInvalidArgument, directory, "driver directory is not an absolute path",
                  "write the whole path in drivers.directories");
    SEABED_CHECK(check_trusted(directory));
    SEABED_TRY(const auto paths, shared_objects(directory));
    for (const std::string& path : paths) {
      DriverInfo& info = out.infos.emplace_back();
      info.path = path;
      const auto driver = admit(path);
      if (!driver) {
        info.error = driver.error().message();
        continue;
      }
      describe(*driver, &info);
      SEABED_CHECK(claim(path, *driver, &out, &owners));
    }
  }
  return out;
}

}  // namespace seabed
