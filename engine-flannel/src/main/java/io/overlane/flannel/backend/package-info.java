// SPDX-License-Identifier: Apache-2.0
/**
 * flannel's backends: what they say in JSON, in the network's configuration and in a lease, and what each of them does
 * on this host with the engine's devices and the kernel's routes. Made by
 * {@link io.overlane.flannel.backend.Backends}.
 */
package io.overlane.flannel.backend;
