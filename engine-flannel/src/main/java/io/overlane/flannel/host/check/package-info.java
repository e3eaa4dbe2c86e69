// SPDX-License-Identifier: Apache-2.0
/**
 * Checks that run again and again, one at a time: what others change on the host is found and put right.
 */
package io.overlane.flannel.host.check;
