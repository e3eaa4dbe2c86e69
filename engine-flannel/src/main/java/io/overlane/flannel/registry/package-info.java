// SPDX-License-Identifier: Apache-2.0
/**
 * Leases in a store that every node writes to itself: how a subnet is chosen and taken without taking anybody else's,
 * and how the store's changes become lease events. Which store it is stays behind
 * {@link io.overlane.flannel.registry.Registry}.
 */
package io.overlane.flannel.registry;
