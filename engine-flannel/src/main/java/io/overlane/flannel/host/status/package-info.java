// SPDX-License-Identifier: Apache-2.0
/**
 * How others learn whether the node runs and is ready: systemd's notification and two HTTP resources.
 */
package io.overlane.flannel.host.status;
