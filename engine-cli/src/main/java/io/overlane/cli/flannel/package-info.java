// SPDX-License-Identifier: Apache-2.0
/** {@code flannel}: a node of flannel networks as a process. */
package io.overlane.cli.flannel;
