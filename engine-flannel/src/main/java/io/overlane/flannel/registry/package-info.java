// SPDX-License-Identifier: Apache-2.0
/**
 * Leases in a store to which each node writes itself: how a node chooses and takes a free subnet, and how the store's
 * changes become lease events. The store is behind the interface {@link io.overlane.flannel.registry.Registry}.
 */
@NullMarked
package io.overlane.flannel.registry;

import org.jspecify.annotations.NullMarked;
