// SPDX-License-Identifier: Apache-2.0
/**
 * Keeps the kernel's routes and neighbours for the peers of a network equal to a wanted set, also if other programs
 * change them. One thread at a time uses it.
 */
@NullMarked
package io.overlane.flannel.host.route;

import org.jspecify.annotations.NullMarked;
