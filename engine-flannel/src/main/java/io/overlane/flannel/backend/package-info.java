// SPDX-License-Identifier: Apache-2.0
/**
 * flannel's backends: their JSON in the network's configuration and in leases, and how each sets up this host with the
 * engine's devices and the kernel's routes. {@link io.overlane.flannel.backend.Backends} makes them.
 */
@NullMarked
package io.overlane.flannel.backend;

import org.jspecify.annotations.NullMarked;
