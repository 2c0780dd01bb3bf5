"""What pages of cases show: a file each for the queue, the case's file, the receipt and what others ask."""
