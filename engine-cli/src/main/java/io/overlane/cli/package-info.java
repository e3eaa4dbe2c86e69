// SPDX-License-Identifier: Apache-2.0
/** What all commands share: one-line errors, the version, options of a run, the table of {@code --stats}. */
@NullMarked
package io.overlane.cli;

import org.jspecify.annotations.NullMarked;
