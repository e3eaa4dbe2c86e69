// SPDX-License-Identifier: Apache-2.0
/**
 * Sets addresses, routes and neighbours of the host around a device, and takes them back. It drives the {@code ip}
 * command at start, reload and stop only.
 */
@NullMarked
package io.overlane.cli.host;

import org.jspecify.annotations.NullMarked;
