// SPDX-License-Identifier: Apache-2.0
/**
 * Changes to the tables that belong together: an entry, its reference to a remote, and its owner. The tables have one
 * writer: the thread of the engine that runs commands.
 */
@NullMarked
package io.overlane.forwarding;

import org.jspecify.annotations.NullMarked;
