/** {@code flannel}: a node of flannel networks as a process. */
package io.overlane.cli.flannel;
