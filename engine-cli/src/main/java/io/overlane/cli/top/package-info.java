// SPDX-License-Identifier: Apache-2.0
/** {@code top}: a terminal view of a running bridge. It asks the admin socket, works out rates, and draws lines. */
@NullMarked
package io.overlane.cli.top;

import org.jspecify.annotations.NullMarked;
