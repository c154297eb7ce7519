//! How do snapshots get into an object store, and back out?
//!
//! Files go up under a name of their own, so that two importers never write to the same one; the
//! manifest follows last, on condition that there is none, and decides who was first.

use super::{LakeError, Staging, io_error};
use crate::manifest::{MANIFEST, Manifest, READ};
use futures::StreamExt;
use lineal_core::date::SnapshotDate;
use object_store::{
    ObjectStore, ObjectStoreExt, PutMode, PutOptions, WriteMultipart, aws::AmazonS3Builder, path::Path as Key,
};
use std::{
    fs::{self, File},
    io::{Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};
use tokio::runtime::{Handle, Runtime};

/// A store of snapshots, and the prefix in it.
#[derive(Debug)]
pub struct Remote {
    pub url: String,
    store: Arc<dyn ObjectStore>,
    prefix: Key,
    handle: Handle,
    /// Only dropped, and then from anywhere.
    runtime: Option<Runtime>,
}

impl Drop for Remote {
    fn drop(&mut self) {
        // Waiting for its end is not allowed everywhere, and there is nothing to wait for.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Remote {
    pub fn open(location: &str) -> Result<Remote, LakeError> {
        let invalid = |why: String| LakeError::Location { location: location.to_owned(), why };
        let url = url::Url::parse(location).map_err(|error| invalid(error.to_string()))?;
        // Who names an endpoint without encryption means it; it is how stores run on one's own machine.
        let endpoint = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"]
            .into_iter()
            .find_map(|name| std::env::var(name).ok());
        let plain = endpoint.as_deref().is_some_and(|endpoint| endpoint.starts_with("http://"));
        let mut builder = AmazonS3Builder::from_env().with_url(location).with_allow_http(plain);
        if let Some(endpoint) = endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        let store = builder.build().map_err(|error| invalid(error.to_string()))?;
        let prefix = Key::from_url_path(url.path()).map_err(|error| invalid(error.to_string()))?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|error| invalid(error.to_string()))?;
        let (store, handle) = (Arc::new(store), runtime.handle().clone());
        Ok(Remote { url: location.to_owned(), store, prefix, handle, runtime: Some(runtime) })
    }

    pub fn key(&self, parts: &[&str]) -> Key {
        parts.iter().fold(self.prefix.clone(), |key, part| key.join(*part))
    }

    fn error(&self, action: &'static str, key: &Key) -> impl FnOnce(object_store::Error) -> LakeError {
        let place = format!("{key} of {}", self.url);
        move |source| LakeError::Store { action, place, source }
    }

    pub fn dates(&self) -> Result<Vec<SnapshotDate>, LakeError> {
        let folders = self.folders(&[])?;
        let dates = folders.iter().filter_map(|name| name.parse().ok());
        let mut there = Vec::new();
        for date in dates {
            let date: SnapshotDate = date;
            let key = self.key(&[&date.to_string(), MANIFEST]);
            match self.handle.block_on(self.store.head(&key)) {
                Ok(_) => there.push(date),
                Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(self.error("look at", &key)(error)),
            }
        }
        Ok(there)
    }

    /// The names of the folders in a folder.
    pub fn folders(&self, parts: &[&str]) -> Result<Vec<String>, LakeError> {
        let folder = self.key(parts);
        let list = self.handle.block_on(self.store.list_with_delimiter(Some(&folder)));
        let list = list.map_err(self.error("list", &folder))?;
        Ok(list.common_prefixes.iter().filter_map(|prefix| prefix.filename().map(str::to_owned)).collect())
    }

    /// Writes a small file where there must be none.
    pub fn create(&self, key: &Key, bytes: Vec<u8>) -> Result<(), LakeError> {
        let create = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        let put = self.handle.block_on(self.store.put_opts(key, bytes.into(), create));
        put.map(drop).map_err(self.error("write", key))
    }

    /// When a file was written, if that can be found out.
    pub fn modified(&self, key: &Key) -> Option<SystemTime> {
        self.handle.block_on(self.store.head(key)).ok().map(|meta| meta.last_modified.into())
    }

    /// Removes a file that nobody needs, as far as that is possible.
    pub fn delete(&self, key: &Key) {
        let _ = self.handle.block_on(self.store.delete(key));
    }

    pub fn get_if_there(&self, key: &Key) -> Result<Option<Vec<u8>>, LakeError> {
        let bytes = self.handle.block_on(async { self.store.get(key).await?.bytes().await });
        match bytes {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.error("read", key)(error)),
        }
    }

    /// Copies the files of a snapshot that readers need here, unless they are here already, and returns their folder.
    pub fn fetch(&self, manifest: &Manifest, date: SnapshotDate, cache: &Path) -> Result<PathBuf, LakeError> {
        // The snapshot's id tells it from any other, so one cache serves all stores.
        let folder = cache.join("snapshots").join(&manifest.id);
        fs::create_dir_all(&folder).map_err(io_error("create", &folder))?;
        for (name, size) in manifest.files.iter().filter(|(name, _)| READ.contains(&name.as_str())) {
            let path = folder.join(name);
            if path.metadata().is_ok_and(|metadata| metadata.len() == *size) {
                continue;
            }
            let date = date.to_string();
            let parts = [Some(&*date), manifest.folder.as_deref(), Some(name)];
            let parts: Vec<&str> = parts.into_iter().flatten().collect();
            self.copy(&self.key(&parts), &folder, &path)?;
        }
        Ok(folder)
    }

    /// Copies a file here, in one step.
    pub fn copy(&self, key: &Key, folder: &Path, path: &Path) -> Result<(), LakeError> {
        let mut part = tempfile::NamedTempFile::new_in(folder).map_err(io_error("write to", folder))?;
        self.handle.block_on(async {
            let answer = self.store.get(key).await.map_err(self.error("read", key))?;
            let mut chunks = answer.into_stream();
            while let Some(chunk) = chunks.next().await {
                let chunk = chunk.map_err(self.error("read", key))?;
                part.write_all(&chunk).map_err(io_error("write", path))?;
            }
            Ok(())
        })?;
        part.persist(path).map_err(|error| io_error("write", path)(error.error))?;
        Ok(())
    }

    pub fn publish(
        &self,
        staging: Staging,
        manifest: &mut Manifest,
        date: SnapshotDate,
    ) -> Result<(), LakeError> {
        let date_text = date.to_string();
        manifest.folder = Some(manifest.id.clone());
        for name in manifest.files.keys() {
            self.upload(&staging.path(name), &self.key(&[&date_text, &manifest.id, name]))?;
        }
        let key = self.key(&[&date_text, MANIFEST]);
        let json = serde_json::to_vec_pretty(manifest);
        let json = json.map_err(|error| io_error("write", Path::new(MANIFEST))(error.into()))?;
        let create = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        match self.handle.block_on(self.store.put_opts(&key, json.into(), create)) {
            Ok(_) => Ok(()),
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => {
                for name in manifest.files.keys() {
                    // Without a manifest that names them they are litter, not a snapshot.
                    self.delete(&self.key(&[&date_text, &manifest.id, name]));
                }
                Err(LakeError::Exists { date, place: self.url.clone() })
            }
            Err(error) => Err(self.error("write", &key)(error)),
        }
    }

    /// Copies a file there, in parts.
    pub fn upload(&self, path: &Path, key: &Key) -> Result<(), LakeError> {
        const PART: usize = 8 << 20;
        let mut file = File::open(path).map_err(io_error("read", path))?;
        self.handle.block_on(async {
            let upload = self.store.put_multipart(key).await.map_err(self.error("write", key))?;
            let mut upload = WriteMultipart::new_with_chunk_size(upload, PART);
            let mut part = vec![0; PART];
            loop {
                let length = file.read(&mut part).map_err(io_error("read", path))?;
                if length == 0 {
                    break;
                }
                upload.wait_for_capacity(2).await.map_err(self.error("write", key))?;
                upload.write(&part[..length]);
            }
            upload.finish().await.map_err(self.error("write", key))?;
            Ok(())
        })
    }
}
