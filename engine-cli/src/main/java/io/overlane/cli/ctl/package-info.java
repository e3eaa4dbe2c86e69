// SPDX-License-Identifier: Apache-2.0
/** {@code ctl}: one request to the admin socket of a running command. */
@NullMarked
package io.overlane.cli.ctl;

import org.jspecify.annotations.NullMarked;
