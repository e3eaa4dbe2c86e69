// SPDX-License-Identifier: Apache-2.0
/**
 * An API server of Kubernetes for tests, which holds Node objects in memory and has the faults of a real one: HTTP/1.1
 * over plain sockets or TLS, lists in pages, watches with bookmarks, merge patches, and {@code kubectl} as a client.
 */
@NullMarked
package io.overlane.testkit.kube;

import org.jspecify.annotations.NullMarked;
