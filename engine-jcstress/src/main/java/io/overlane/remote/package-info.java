// SPDX-License-Identifier: Apache-2.0
/** Stress tests of lists of remotes. */
package io.overlane.remote;
