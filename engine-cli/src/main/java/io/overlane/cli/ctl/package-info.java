// SPDX-License-Identifier: Apache-2.0
/** {@code ctl}: one request to the admin socket of a running command. */
package io.overlane.cli.ctl;
